/**
 * A file layer that fails: put in front of the broker's bundle by the torture harness, never part
 * of what ships. Below the watched folders it counts every write boundary, can end the process at
 * one, can refuse like a full disk, and keeps a journal of what was synced, from which a power cut
 * is made. Orders lie in `torture/orders.json` beside the home; SIGUSR2 has them read again.
 */
(() => {
  const fs = require('node:fs');
  const path = require('node:path');
  const home = process.argv[process.argv.indexOf('--home') + 1];
  const control = path.join(path.dirname(home), 'torture');
  if (!fs.existsSync(control)) return;
  const real = { ...fs };
  const promises = fs.promises;
  const realPromises = { ...promises };
  const journal = real.openSync(path.join(control, 'journal.ndjson'), 'a');
  const kept = path.join(control, 'kept');
  let orders = {};
  let boundary = 0;

  const say = (entry) => real.writeSync(journal, `${JSON.stringify(entry)}\n`);
  const isWatched = (file) => (orders.watched ?? []).some((folder) => `${file}`.startsWith(folder));
  function die() {
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  }
  function readOrders() {
    orders = JSON.parse(real.readFileSync(path.join(control, 'orders.json'), 'utf8'));
    boundary = 0;
  }
  readOrders();
  process.on('SIGUSR2', readOrders);

  const now = Date.now;
  Date.now = () => now() + (orders.clockShiftMs ?? 0);

  /** Runs a change; `half` does the first part of it, where there is one. */
  async function atBoundary(change, half) {
    boundary += 1;
    const isHere = orders.dieAt === boundary;
    if (isHere && orders.how === 'before') die();
    if (isHere && orders.how === 'half') {
      await half?.();
      die();
    }
    if (orders.refuse) {
      const error = new Error(`${orders.refuse}: no space left on device, write`);
      error.code = orders.refuse;
      throw error;
    }
    const result = await change();
    if (isHere) die();
    return result;
  }

  function keep(file) {
    try {
      const { ino } = real.statSync(file);
      real.linkSync(file, path.join(kept, String(ino)));
    } catch {
      // Nothing there, or kept already.
    }
  }

  function noteSync(handle, file) {
    const stat = real.fstatSync(handle.fd);
    if (!stat.isDirectory()) return say({ op: 'sync', ino: stat.ino, size: stat.size });
    const names = {};
    for (const name of real.readdirSync(file)) {
      const entry = real.lstatSync(path.join(file, name));
      names[name] = { ino: entry.ino, isFolder: entry.isDirectory() };
    }
    return say({ op: 'names', folder: file, names });
  }

  function watch(handle, file) {
    const original = {};
    for (const name of ['write', 'writeFile', 'appendFile', 'datasync', 'sync', 'truncate']) {
      original[name] = handle[name].bind(handle);
    }
    const halfOf = (data) => original.write(Buffer.from(data).subarray(0, data.length / 2));
    for (const name of ['write', 'writeFile', 'appendFile']) {
      handle[name] = (data, ...rest) =>
        atBoundary(
          () => original[name](data, ...rest),
          () => {
            if (name !== 'write' || typeof rest[2] !== 'number') return halfOf(data);
            const [offset, length, position] = rest;
            return original.write(data, offset, Math.floor(length / 2), position);
          },
        );
    }
    handle.truncate = (size) => atBoundary(() => original.truncate(size));
    for (const name of ['datasync', 'sync']) {
      handle[name] = () =>
        atBoundary(async () => {
          await original[name]();
          noteSync(handle, file);
        });
    }
    return handle;
  }

  promises.open = async (file, ...rest) => {
    const handle = await realPromises.open(file, ...rest);
    return isWatched(file) ? watch(handle, `${file}`) : handle;
  };
  for (const name of ['appendFile', 'writeFile']) {
    promises[name] = (file, data, ...rest) =>
      typeof file === 'string' && isWatched(file)
        ? atBoundary(
            () => realPromises[name](file, data, ...rest),
            () => realPromises[name](file, `${data}`.slice(0, `${data}`.length / 2), ...rest),
          )
        : realPromises[name](file, data, ...rest);
  }
  promises.rename = (from, to) => {
    if (!isWatched(to)) return realPromises.rename(from, to);
    return atBoundary(() => {
      keep(to);
      return realPromises.rename(from, to);
    });
  };
  for (const name of ['unlink', 'rm']) {
    promises[name] = (file, ...rest) => {
      if (!isWatched(file)) return realPromises[name](file, ...rest);
      return atBoundary(() => {
        keep(file);
        return realPromises[name](file, ...rest);
      });
    };
  }
})();
