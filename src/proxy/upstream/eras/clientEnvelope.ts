import {
  capabilityFor,
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_PROTOCOL_VERSION,
  MODERN_VERSION,
} from '../../wire/mcpNames.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';
import { META_LOG_LEVEL } from './eraNames.ts';
import { memberText, objectText, objectWithout, withMetaMembers } from './splices.ts';

/** What a legacy client has said once, as the envelope that each modern request carries. */
export class ClientEnvelope {
  readonly #capabilities: string;
  readonly #fixed: string;
  /** JSON text, as `logging/setLevel` had it. */
  logLevel: string | null = null;

  /** `paramsText`: the params of `initialize`. */
  constructor(paramsText: string) {
    // Tasks of a legacy client are not announced to a modern server (SEP-2663).
    this.#capabilities = objectWithout(objectText(paramsText, 'capabilities') ?? '{}', ['tasks']);
    const info = objectText(paramsText, 'clientInfo');
    const members = [
      `"${META_PROTOCOL_VERSION}":"${MODERN_VERSION}"`,
      ...(info === null ? [] : [`"${META_CLIENT_INFO}":${info}`]),
      `"${META_CLIENT_CAPABILITIES}":${this.#capabilities}`,
    ];
    this.#fixed = members.join(',');
  }

  /** The members of `_meta`, as JSON text. */
  get members(): string {
    if (this.logLevel === null) return this.#fixed;
    return `${this.#fixed},"${META_LOG_LEVEL}":${this.logLevel}`;
  }

  /** A request in this envelope. */
  around(request: WireMessage): string {
    return withMetaMembers(request, this.members);
  }

  /** Whether the client can be asked this. */
  canAnswer(question: string): boolean {
    const capability = capabilityFor(question);
    return capability !== null && memberText(this.#capabilities, capability) !== null;
  }
}
