import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import type { HttpDefinition } from '../../src/brokerApi/brokerProtocol.ts';
import { silentLog } from '../../src/common/log.ts';
import { openHttpChannel } from '../../src/proxy/upstream/http/httpChannel.ts';
import type {
  ChannelExit,
  RemoteNews,
  UpstreamChannel,
} from '../../src/proxy/upstream/upstreamChannel.ts';
import type { RemoteWork } from '../../src/registry/taskRecord.ts';
import { LineInbox } from './lineInbox.ts';

export interface OpenOptions {
  readonly definition?: Partial<HttpDefinition>;
  readonly resume?: RemoteWork;
}

/** A channel to a real server over real sockets, and everything that came out of it. */
export class HttpChannelStage {
  readonly lines = new LineInbox();
  readonly remotes: RemoteNews[] = [];
  readonly exit: Promise<ChannelExit>;

  private constructor(readonly channel: UpstreamChannel) {
    channel.onLine((line) => this.lines.push(line));
    channel.onRemote((news) => this.remotes.push(news));
    this.exit = new Promise((resolve) => channel.onExit(resolve));
  }

  static async open(
    t: TestContext,
    url: string,
    { definition = {}, resume }: OpenOptions = {},
  ): Promise<HttpChannelStage> {
    const channel = await openHttpChannel(
      { type: 'http', url, headers: {}, ...definition },
      { log: silentLog, ...(resume !== undefined && { resume }) },
    );
    t.after(() => channel.end(0));
    return new HttpChannelStage(channel);
  }

  request(id: number, method: string, params: object = {}): void {
    this.channel.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  }

  notify(method: string, params: object = {}): void {
    this.channel.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  answer(id: number): Promise<Record<string, unknown>> {
    return this.lines.message({ id });
  }

  /** The message of an error answer. */
  async failure(id: number): Promise<string> {
    const { error } = await this.answer(id);
    return (error as { message: string } | undefined)?.message ?? '';
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    this.request(1, 'initialize', params);
    await this.answer(1);
    this.notify('notifications/initialized');
  }

  call(id: number, name: string, args: object = {}): void {
    this.request(id, 'tools/call', { name, arguments: args, _meta: { progressToken: id } });
  }
}

/** So many answers to others without a byte more for this one: nobody reads it. */
const STALLED_AFTER = 20;

/** Resolves when a response gets no further while the server answers others, or has been read. */
export async function untilStalled(response: ServerResponse, url: string): Promise<void> {
  let left = response.writableLength;
  for (let still = 0; still < STALLED_AFTER && !response.writableFinished; still += 1) {
    await (await fetch(url)).arrayBuffer();
    if (response.writableLength !== left) still = 0;
    left = response.writableLength;
  }
}
