// The first hop of a bare relay: stdio <-> socket, bytes only. Argument: the socket's path.
import { connect } from 'node:net';

const socket = connect(process.argv[2]);
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on('close', () => process.exit(0));
