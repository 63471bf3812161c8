import type { Disposable } from '../../../common/disposable.ts';
import { DisposableStore } from '../../../common/disposable.ts';
import { Emitter } from '../../../common/event.ts';
import type { RemoteNews, UpstreamChannel } from '../upstreamChannel.ts';
import type { OpenCall } from './openCall.ts';

/** How the work of calls is found again: what the channel below tells, and the ids of tasks. */
export class RemoteNotes implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #news = this.#owned.add(new Emitter<RemoteNews>());
  readonly onRemote = this.#news.event;

  constructor(private readonly channel: UpstreamChannel) {
    this.#owned.add(channel.onRemote((news) => this.#news.fire(news)));
  }

  /** Told once; nothing to tell where the server ends with us. */
  taskTold(era: 'legacy' | 'modern', call: OpenCall, taskId: string): void {
    const place = this.channel.place?.();
    if (place == null || call.isFindable) return;
    call.isFindable = true;
    const protocolVersion = call.protocolVersion ?? place.protocolVersion;
    const where = { ...place, protocolVersion, era, taskId };
    const remote = { ...where, requestId: null, lastEventId: null };
    this.#news.fire({ requestId: Number(call.id), remote });
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
