import type { Span } from '../../common/jsonSpans.ts';
import type { DownstreamPort } from '../proxyContext.ts';
import { errorLine, WireErrorCode } from '../wire/jsonRpc.ts';
import { Method } from '../wire/mcpNames.ts';
import { replaced, type WireMessage } from '../wire/wireMessage.ts';
import type { InFlight } from './inFlight.ts';
import { StandingListen } from './standingListen.ts';
import type { UpstreamBinding } from './upstreamBinding.ts';

/** A request that is passed on, and where its answer goes; `id` is the JSON text of the client's own. */
export interface ForwardOptions {
  readonly message: WireMessage;
  /** The request's id as JSON text. */
  readonly id: string;
  readonly binding: UpstreamBinding;
  readonly inFlight: InFlight;
  readonly port: DownstreamPort;
  readonly onResponse: (answer: WireMessage) => void;
  readonly onProgress?: (progress: WireMessage) => void;
}

/**
 * Passes a request on that is no tool call. It gets one answer, an error if the upstream is gone (a
 * listen waits for the next one); none if the host takes it back, which may be before the start.
 */
export function forwardRequest(options: ForwardOptions): void {
  const { message, id, binding, inFlight, port } = options;
  let cancel = (_reason: string) => {};
  const entry = { kind: 'forwarded', cancel: (reason: string) => cancel(reason) } as const;
  inFlight.add(id, entry);
  const fail = (why: string) => {
    if (inFlight.take(id, entry)) port.send(errorLine(id, WireErrorCode.internalError, why));
  };
  const answer = (message: WireMessage) => {
    if (inFlight.take(id, entry)) options.onResponse(message);
  };
  const isWanted = () => inFlight.get(id) === entry;
  if (message.method === Method.listen) {
    const onNews = (news: WireMessage, place: Span) => port.send(replaced(news.text, place, id));
    const to = { onNews, onResponse: answer, onGone: fail };
    const listen = new StandingListen({ binding, message, isWanted, ...to });
    cancel = (reason) => listen.cancel(reason);
    listen.open();
    return;
  }
  binding.withUpstream((upstream) => {
    if (!isWanted()) return;
    const request = upstream.forward(message, {
      onResponse: answer,
      onGone: fail,
      onProgress: (progress) => options.onProgress?.(progress),
    });
    cancel = (reason) => upstream.cancel(request, { reason, forget: true });
  }, fail);
}
