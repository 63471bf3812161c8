import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { suite, test } from 'node:test';
import {
  findTestFiles,
  ROOT,
  TEST_FOLDERS,
  type TestFolder,
} from '../../scripts/testRun/testFiles.ts';

interface Layer {
  /** Layers whose code may be imported. */
  readonly code: readonly string[];
  /** Layers of which only types may be imported. */
  readonly types?: readonly string[];
}

const CORE = ['common', 'registry', 'store', 'proxy', 'processes', 'brokerApi', 'hostConfigs'];

/** Who may import whom; a layer may always import itself. The reasons are in ARCHITECTURE.md. */
const LAYERS: Readonly<Record<string, Layer>> = {
  common: { code: [] },
  registry: { code: ['common'] },
  store: { code: ['registry', 'common'] },
  proxy: { code: ['registry', 'common'], types: ['brokerApi'] },
  processes: { code: ['common'] },
  brokerApi: { code: ['common'], types: ['registry'] },
  hostConfigs: { code: ['common'] },
  sample: { code: ['common'] },
  // Looks over a home for what is left behind, with a broker or without one.
  doctor: { code: ['brokerApi', 'common', 'processes'] },
  broker: { code: [...CORE, 'doctor'] },
  // Their processes, for what must work when the broker does not: `panic` and `doctor`.
  cli: { code: ['brokerApi', 'common', 'processes', 'doctor'], types: ['registry'] },
  supervise: { code: ['brokerApi', 'common'], types: ['registry'] },
  editor: { code: ['brokerApi', 'common', 'hostConfigs'], types: ['registry'] },
  'extension.ts': { code: ['editor', 'brokerApi', 'common', 'hostConfigs'] },
  'brokerMain.ts': { code: ['broker', 'brokerApi', 'common'] },
  'cliMain.ts': { code: ['cli', 'brokerApi', 'common'] },
  'commandsMain.ts': { code: ['editor'] },
  'controlMain.ts': { code: ['brokerApi'] },
  'terminalMain.ts': { code: ['cli', 'brokerApi', 'common'] },
  'superviseMain.ts': { code: ['supervise', 'brokerApi', 'common'] },
  'sampleMain.ts': { code: ['sample', 'common'] },
};

/** Packages that belong to certain layers, and where to go instead. */
const PACKAGES = [
  {
    name: /^vscode$/,
    layers: ['editor', 'extension.ts', 'commandsMain.ts'],
    instead: 'put it into src/editor, or take what is needed as a parameter',
  },
  {
    name: /nedb/,
    layers: ['store'],
    instead: 'go through the TaskStore port of src/registry',
  },
  {
    name: /^@modelcontextprotocol\//,
    layers: ['proxy', 'sample', 'sampleMain.ts', 'supervise'],
    instead: 'put MCP into src/proxy and pass plain values',
  },
];

const MAX_LINES = 350;
const FEWEST_FILES = 20;
const IMPORT =
  /\b(?:import|export)\s+(type\s+)?((?:[\w*$\s,{}]|\btype\b)*?\bfrom\s+)?['"]([^'"\n]+)['"]|\b(?:import|require)\(\s*['"]([^'"\n]+)['"]/g;

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => pattern.test(file));
}

function hasOnlyTypes(clause: string): boolean {
  const names = /\{([^}]*)\}/.exec(clause)?.[1]?.split(',') ?? [];
  const isBraced = /^\s*\{[^}]*\}\s*from\s*$/.test(clause);
  return isBraced && names.every((name) => name.trim() === '' || /^\s*type\s/.test(name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, typeWord, clause = '', named, dynamic]) => ({
    file,
    specifier: named ?? dynamic ?? '',
    isTypeOnly: typeWord !== undefined || hasOnlyTypes(clause),
  }));
}

/** `registry` for src/registry/…, the file's own name for an entry. */
function layerOf(file: string): string {
  return relative('src', file).split('/', 1)[0] ?? '';
}

function faultOfOwnImport({ file, specifier, isTypeOnly }: Import): string | undefined {
  const from = layerOf(file);
  const to = layerOf(join(dirname(file), specifier));
  const { code, types = [] } = LAYERS[from] ?? { code: [] };
  if (from === to || code.includes(to) || (isTypeOnly && types.includes(to))) return undefined;
  const advice = types.includes(to)
    ? 'import its types only (`import type`)'
    : `${from} may import: ${code.join(', ') || 'nothing'}. Move the code down, or define a port in ${from}`;
  return `${file} imports ${specifier} of ${to}: ${advice}.`;
}

function faultOfPackage({ file, specifier }: Import): string | undefined {
  const rule = PACKAGES.find(({ name }) => name.test(specifier));
  if (rule === undefined || rule.layers.includes(layerOf(file))) return undefined;
  return `${file} imports ${specifier}: ${rule.instead}.`;
}

function faultOf(found: Import): string | undefined {
  return found.specifier.startsWith('.') ? faultOfOwnImport(found) : faultOfPackage(found);
}

const sources = filesBelow('src', /\.ts$/);
const everything = ['src', 'test', 'scripts'].flatMap((folder) =>
  filesBelow(folder, /\.(ts|mjs|js)$/),
);

suite('architecture', () => {
  test('the walk finds sources and their imports', () => {
    assert.ok(sources.length > FEWEST_FILES, `only ${sources.length} files in src`);
    assert.ok(sources.flatMap(importsOf).length > sources.length);
  });

  test('every source file belongs to a layer', () => {
    const homeless = sources.filter((file) => LAYERS[layerOf(file)] === undefined);
    assert.deepEqual(homeless, [], 'move them into a layer, or add one to design and test');
  });

  test('every layer imports only what it may', () => {
    const faults = sources.flatMap(importsOf).flatMap((found) => faultOf(found) ?? []);
    assert.deepEqual(faults, []);
  });

  test('the rules see type-only, dynamic and exported imports', () => {
    const seen = [
      ...`import type { A } from '../a.ts';
      import { type B, type C } from "../b.ts"; import '../c.ts';
      export * from '../d.ts'; const e = import('../e.ts');`.matchAll(IMPORT),
    ];
    const names = seen.map(([, , , named, dynamic]) => named ?? dynamic);
    assert.deepEqual(names, ['../a.ts', '../b.ts', '../c.ts', '../d.ts', '../e.ts']);
    const file = 'src/registry/x.ts';
    const typeOnly = { file, specifier: '../store/y.ts', isTypeOnly: true };
    assert.match(faultOf(typeOnly) ?? '', /registry may import: common/);
    assert.match(faultOf({ file, specifier: 'vscode', isTypeOnly: true }) ?? '', /src\/editor/);
  });

  test('no file is longer than it may be', () => {
    const lines = (file: string) => readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1;
    const long = everything.filter((file) => lines(file) > MAX_LINES);
    assert.deepEqual(long, [], `over ${MAX_LINES} lines: split them`);
  });
});

suite('tests', () => {
  const written = ['src', 'test', 'scripts'].flatMap((folder) =>
    filesBelow(folder, /\.test\.\w+$/),
  );

  test('the runner finds every test file', () => {
    const folders = Object.keys(TEST_FOLDERS).filter(
      (key): key is TestFolder => key in TEST_FOLDERS,
    );
    const found = new Set(folders.flatMap(findTestFiles));
    assert.deepEqual(
      written.filter((file) => !found.has(file)),
      [],
      'the runner misses these',
    );
  });

  test('none is left out or alone', () => {
    const isOff = /\.(?:only|skip|todo)\(|\b(?:only|skip|todo): *(?!false)\S/;
    const off = written.filter((file) => isOff.test(readFileSync(join(ROOT, file), 'utf8')));
    assert.deepEqual(
      off.filter((file) => !file.endsWith('architecture.test.ts')),
      [],
    );
  });
});
