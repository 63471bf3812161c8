// The second hop of a bare relay: socket <-> the stdio of a server, bytes only.
// Arguments: the socket's path, then the server's command line. Prints a line when it listens.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const [path, command, ...args] = process.argv.slice(2);
const listener = createServer((socket) => {
  const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  socket.pipe(server.stdin);
  server.stdout.pipe(socket);
  server.on('exit', () => socket.destroy());
  socket.on('close', () => {
    server.kill();
    listener.close();
  });
});
listener.listen(path, () => process.stdout.write('listening\n'));
