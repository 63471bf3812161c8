// Draws media/taskHandles.woff: a pie for every 5 % and one for an unknown total, so that a row's
// icon takes the theme's colours. Run only when the drawing changes; its packages are not ours:
//   npm install --prefix DIR svgicons2svgfont svg2ttf ttf2woff && node scripts/iconFont.mjs DIR
// package.json lists the glyphs under `contributes.icons` by the code points given here.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const FIRST_CODE_POINT = 0xe001;
const EM = 1000;
const CENTER = EM / 2;
// At 16 px: a ring of one pixel, a gap of one pixel, the pie.
const RING = { outer: 440, inner: 378 };
const PIE_RADIUS = 315;

const packages = resolve(process.argv[2] ?? '.');
const require = createRequire(join(packages, 'package.json'));
const load = async (name) => {
  const loaded = await import(pathToFileURL(require.resolve(name)).href);
  return loaded.default ?? loaded;
};

const circle = (radius, sweep) =>
  `M${CENTER} ${CENTER - radius}A${radius} ${radius} 0 1 ${sweep} ${CENTER} ${CENTER + radius}` +
  `A${radius} ${radius} 0 1 ${sweep} ${CENTER} ${CENTER - radius}Z`;

// The inner edge runs the other way round, so that the ring stays hollow by either fill rule.
const ring = circle(RING.outer, 1) + circle(RING.inner, 0);

function wedge(percent) {
  if (percent === 0) return '';
  if (percent === 100) return circle(PIE_RADIUS, 1);
  const angle = (percent / 100) * 2 * Math.PI;
  const x = (CENTER + PIE_RADIUS * Math.sin(angle)).toFixed(1);
  const y = (CENTER - PIE_RADIUS * Math.cos(angle)).toFixed(1);
  const isLarge = percent > 50 ? 1 : 0;
  return `M${CENTER} ${CENTER}V${CENTER - PIE_RADIUS}A${PIE_RADIUS} ${PIE_RADIUS} 0 ${isLarge} 1 ${x} ${y}Z`;
}

const dot = (x) => {
  const r = 62;
  return `M${x - r} ${CENTER}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`;
};

const glyphs = [
  ...Array.from({ length: 21 }, (_, step) => ({
    name: `task-p${step * 5}`,
    path: ring + wedge(step * 5),
  })),
  { name: 'task-unknown', path: ring + dot(CENTER - 180) + dot(CENTER) + dot(CENTER + 180) },
];

async function svgFont() {
  const { SVGIcons2SVGFontStream } = await import(
    pathToFileURL(require.resolve('svgicons2svgfont')).href
  );
  const stream = new SVGIcons2SVGFontStream({
    fontName: 'taskHandles',
    fontHeight: EM,
    descent: EM / 8,
    normalize: false,
    log: () => {},
  });
  for (const [index, { name, path }] of glyphs.entries()) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${EM}" height="${EM}" viewBox="0 0 ${EM} ${EM}"><path d="${path}"/></svg>`;
    const icon = Readable.from([Buffer.from(svg)]);
    icon.metadata = { name, unicode: [String.fromCodePoint(FIRST_CODE_POINT + index)] };
    stream.write(icon);
  }
  stream.end();
  return text(stream);
}

const svg2ttf = await load('svg2ttf');
const ttf2woff = await load('ttf2woff');
// A fixed time stamp makes the same drawing the same file.
const ttf = svg2ttf(await svgFont(), { ts: 0 });
const woff = ttf2woff(new Uint8Array(ttf.buffer));
writeFileSync('media/taskHandles.woff', Buffer.from(woff.buffer ?? woff));
console.log(`media/taskHandles.woff: ${glyphs.length} glyphs, ${woff.length} bytes`);
for (const [index, { name }] of glyphs.entries())
  console.log(`${name} \\${(FIRST_CODE_POINT + index).toString(16).toUpperCase()}`);
