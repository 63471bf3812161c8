import type { StartUpstream } from '../../proxy/upstream/upstreamChannel.ts';

/** Which upstreams this broker has started and not seen exit, whoever holds them. */
export class OwnedUpstreams {
  readonly #ids = new Set<string>();

  constructor(private readonly instance: string) {}

  /** Starts as `start` does, and remembers it from before its first moment. */
  watched(start: StartUpstream): StartUpstream {
    return async (definition, as) => {
      const { id } = as;
      this.#ids.add(id);
      try {
        const channel = await start(definition, as);
        channel.onExit(() => this.#ids.delete(id));
        return channel;
      } catch (error) {
        this.#ids.delete(id);
        throw error;
      }
    };
  }

  /** Whether a process with this owner mark was started by us for an upstream that has exited. */
  hasLeft(owner: string): boolean {
    const prefix = `${this.instance}:`;
    return owner.startsWith(prefix) && !this.#ids.has(owner.slice(prefix.length));
  }
}
