import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { sampleServer } from './sample/sampleServer.ts';

// A host that goes away closes stdin; whatever still counts or sleeps for it ends with us.
process.stdin.on('end', () => process.exit(0));
// stdout is the wire, so even a failure says nothing there.
sampleServer()
  .connect(new StdioServerTransport())
  .catch((error: unknown) => {
    process.stderr.write(`The sample server could not start: ${String(error)}\n`);
    process.exitCode = 1;
  });
