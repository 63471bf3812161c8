import type { Event } from '../../common/event.ts';
import type { RemoteNews, UpstreamChannel, UpstreamEnding } from './upstreamChannel.ts';

/** A channel seen through: everything is that of the channel behind it, its events included. */
export class ChannelView implements UpstreamChannel {
  constructor(protected readonly channel: UpstreamChannel) {}

  get facts() {
    return this.channel.facts;
  }

  get processes() {
    return this.channel.processes;
  }

  get onRemote(): Event<RemoteNews> {
    return this.channel.onRemote;
  }

  get onLine(): Event<string> {
    return this.channel.onLine;
  }

  get onStderr(): Event<string> {
    return this.channel.onStderr;
  }

  get onExit() {
    return this.channel.onExit;
  }

  send(line: string): void {
    this.channel.send(line);
  }

  holdOutput(isHeld: boolean): void {
    this.channel.holdOutput(isHeld);
  }

  shutDown(): Promise<void> {
    return this.channel.shutDown();
  }

  end(graceMs: number): Promise<UpstreamEnding> {
    return this.channel.end(graceMs);
  }

  endDescendants(sinceMs: number, graceMs: number): Promise<UpstreamEnding> {
    return this.channel.endDescendants(sinceMs, graceMs);
  }
}
