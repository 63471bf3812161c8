import { DisposableStore } from '../../../common/disposable.ts';
import { Emitter, type Event } from '../../../common/event.ts';
import { elementsOf } from '../../../common/jsonSpans.ts';
import { readMessage, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import { ChannelView } from '../channelView.ts';
import type { RemoteNews, UpstreamChannel } from '../upstreamChannel.ts';
import { OwnRequests } from './ownRequests.ts';

/** What the parts of a layer need of it. */
export interface LayerPort {
  /** To the server. */
  send(line: string): void;
  /** To the client. */
  print(line: string): void;
  readonly own: OwnRequests;
}

/** A channel that reads every message both ways, and asks questions of its own. */
export abstract class ChannelLayer extends ChannelView {
  readonly #lines = new Emitter<string>();
  readonly #remotes = new Emitter<RemoteNews>();
  protected readonly owned = new DisposableStore();
  protected readonly port: LayerPort;

  constructor(channel: UpstreamChannel) {
    super(channel);
    const send = (line: string) => channel.send(line);
    this.port = { send, print: (line) => this.print(line), own: new OwnRequests(send) };
    this.owned.add(channel.onLine((line) => this.#receiveLine(line)));
    this.owned.add(channel.onRemote((news) => this.remoteKnown(news)));
    this.owned.add(channel.onExit(() => this.owned.dispose()));
  }

  override get onLine(): Event<string> {
    return this.#lines.event;
  }

  override get onRemote(): Event<RemoteNews> {
    return this.#remotes.event;
  }

  override send(line: string): void {
    const message = readMessage(line);
    if (message === null) this.channel.send(line);
    else if (message.kind === 'response') this.onClientAnswer(message);
    else if (message.id === null) this.onClientNotification(message);
    else this.onClientRequest(message, message.id);
  }

  /** Hears and says nothing from now on; the channel behind it goes on. */
  detach(): void {
    this.owned.dispose();
  }

  protected print(line: string): void {
    this.#lines.fire(line);
  }

  protected tellRemote(news: RemoteNews): void {
    this.#remotes.fire(news);
  }

  protected abstract onClientAnswer(message: WireMessage): void;
  protected abstract onClientNotification(message: WireMessage): void;
  protected abstract onClientRequest(message: WireMessage, id: string): void;
  /** Answers to the layer's own requests do not come here. */
  protected abstract onServerMessage(message: WireMessage): void;
  protected abstract remoteKnown(news: RemoteNews): void;

  #receiveLine(line: string): void {
    const message = readMessage(line);
    if (message !== null) {
      if (!this.port.own.take(message)) this.onServerMessage(message);
      return;
    }
    const batch = elementsOf(line);
    if (batch === null) this.print(line);
    else for (const member of batch) this.#receiveLine(sliceOf(line, member));
  }
}
