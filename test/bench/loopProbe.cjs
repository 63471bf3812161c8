// Preloaded into a process: measures by how much its event loop is late. On SIGUSR2 it writes the
// longest delay since the last time, in ms, to the file TH_LOOP_PROBE, and begins anew.
const { renameSync, writeFileSync } = require('node:fs');

const INTERVAL_MS = 5;
const path = process.env.TH_LOOP_PROBE;
let last = performance.now();
let longestMs = 0;

setInterval(() => {
  const now = performance.now();
  longestMs = Math.max(longestMs, now - last - INTERVAL_MS);
  last = now;
}, INTERVAL_MS).unref();

process.on('SIGUSR2', () => {
  writeFileSync(`${path}.new`, String(longestMs));
  renameSync(`${path}.new`, path);
  longestMs = 0;
  last = performance.now();
});
