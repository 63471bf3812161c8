import type { Socket } from 'node:net';
import type { ConnectHello } from '../brokerApi/brokerProtocol.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { isJsonObject, parseJson } from '../common/json.ts';
import { memberOf } from '../common/jsonSpans.ts';
import { LineReader } from '../common/lines.ts';
import { LineWriter } from '../common/lineWriter.ts';
import type { Log } from '../common/log.ts';
import { Session } from '../proxy/downstream/session.ts';
import type { ProxyContext } from '../proxy/proxyContext.ts';
import { errorLine, WireErrorCode } from '../proxy/wire/jsonRpc.ts';
import { readMessage } from '../proxy/wire/wireMessage.ts';
import type { RouteTable } from './routeTable.ts';

/** Lines of the link that are not MCP; the host never sees them. */
const SIDE_LINE = '{"$":';

/** More than the largest message that is promised to pass waits for a host. */
const FULL_BYTES = 32 * 1024 * 1024;

export interface ConnectFrontOptions {
  readonly context: ProxyContext;
  readonly routes: RouteTable;
  readonly log: Log;
}

/** Serves one `connect` until its socket closes: lines in, lines out, nothing decided here. */
export async function serveConnect(
  socket: Socket,
  hello: ConnectHello,
  options: ConnectFrontOptions,
): Promise<void> {
  const { context, routes, log } = options;
  const writer = new LineWriter(socket);
  let receive: (line: string) => void = () => {};
  let close = () => {};
  const early: string[] = [];
  receive = (line) => early.push(line);
  const reader = new LineReader((line) => receive(line));
  socket.on('data', (chunk: Buffer) => readInto(reader, chunk, socket));
  socket.on('error', (error) => log.write('debug', `A connect link failed: ${messageOf(error)}`));
  socket.once('close', () => close());
  socket.resume();
  try {
    const route = await routes.resolve(hello);
    const session = new Session(context, route, {
      send: (line) => {
        // What a server begins like a line of ours is still the host's.
        writer.write(line.startsWith(SIDE_LINE) ? ` ${line}` : line);
        if (socket.writableLength > FULL_BYTES) holdUntilRead(socket, session);
      },
      stderr: (text) => {
        if (socket.writableLength > FULL_BYTES) return;
        writer.write(JSON.stringify({ $: 'stderr', text }));
      },
    });
    if (socket.destroyed) return session.close();
    close = () => session.close();
    receive = (line) => dispatch(session, line);
    for (const line of early.splice(0)) receive(line);
  } catch (error) {
    log.write('warn', messageOf(error));
    for (const line of early.splice(0)) refuse(line, writer, messageOf(error));
    writer.end();
  }
}

/** A host that reads no more must not cost the broker its memory, and everybody their tasks. */
function holdUntilRead(socket: Socket, session: Session): void {
  session.holdUpstream(true);
  if (socket.listenerCount('drain') === 0) socket.once('drain', () => session.holdUpstream(false));
}

function readInto(reader: LineReader, chunk: Buffer, socket: Socket): void {
  try {
    reader.push(chunk);
  } catch (error) {
    socket.destroy(TaskHandlesError.is(error) ? error : undefined);
  }
}

function dispatch(session: Session, line: string): void {
  if (!line.startsWith(SIDE_LINE)) {
    session.receive(line);
    return;
  }
  const side = parseJson(line);
  if (!isJsonObject(side) || side.$ !== 'unwritten') return;
  const id = memberOf(line, { start: 0, end: line.length }, 'id');
  if (id !== null) session.unwritten(line.slice(id.start, id.end));
}

/** The route is unknown: the requests so far get that one line; `connect` will come again. */
function refuse(line: string, writer: LineWriter, why: string): void {
  const message = line.startsWith(SIDE_LINE) ? null : readMessage(line);
  if (message?.kind !== 'request' || message.id === null) return;
  writer.write(errorLine(message.id, WireErrorCode.internalError, why));
}
