import { DisposableStore, toDisposable } from '../../../common/disposable.ts';
import type { Event } from '../../../common/event.ts';
import { ChannelView } from '../channelView.ts';
import type { UpstreamChannel } from '../upstreamChannel.ts';

/** A channel whose server has already said something on stderr: told to the first who listens. */
export class HeardChannel extends ChannelView {
  #heard: readonly string[];

  constructor(channel: UpstreamChannel, stderr: readonly string[]) {
    super(channel);
    this.#heard = stderr;
  }

  override get onStderr(): Event<string> {
    return (listener) => {
      const both = new DisposableStore();
      const heard = this.#heard;
      this.#heard = [];
      both.add(this.channel.onStderr(listener));
      // Later: whoever is to hear it may still have to attach itself.
      const telling = setImmediate(() => {
        for (const text of heard) listener(text);
      });
      both.add(toDisposable(() => clearImmediate(telling)));
      return both;
    };
  }
}
