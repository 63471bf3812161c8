import { serveSample } from './sample/serveSample.ts';

// stdout is the wire, so even a failure says nothing there.
serveSample().catch((error: unknown) => {
  process.stderr.write(`The sample server could not start: ${String(error)}\n`);
  process.exitCode = 1;
});
