import { isJsonObject, type JsonObject } from '../../../common/json.ts';
import { CHANGING_LISTS } from '../../wire/changingLists.ts';
import { errorLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { META_SUBSCRIPTION_ID, Method } from '../../wire/mcpNames.ts';
import { parsedSpan, type WireMessage } from '../../wire/wireMessage.ts';
import type { LayerPort } from './channelLayer.ts';
import { withMetaMembers } from './splices.ts';

/** A `subscriptions/listen` of the client, in force until it is cancelled. */
interface Listening {
  /** JSON text. */
  readonly id: string;
  /** The notifications that it hears of. */
  readonly methods: ReadonlySet<string>;
  readonly uris: Set<string>;
  isAcknowledged: boolean;
}

const TOLD: ReadonlySet<string> = new Set([
  Method.resourceUpdated,
  ...Object.values(CHANGING_LISTS).map(([, method]) => method),
]);

/** Serves `subscriptions/listen` (2026-07-28) with what a legacy server tells unasked. */
export class ListenDesk {
  readonly #listenings = new Map<string, Listening>();

  constructor(
    private readonly port: LayerPort,
    private readonly capabilities: JsonObject,
  ) {}

  open(message: WireMessage, id: string): void {
    const params = parsedSpan(message, message.params);
    const filter = isJsonObject(params) ? params.notifications : undefined;
    if (!isJsonObject(filter)) {
      const why = 'subscriptions/listen needs `notifications`: an object that says what to tell.';
      return void this.port.print(errorLine(id, WireErrorCode.invalidParams, why));
    }
    const asked = Object.entries(CHANGING_LISTS).filter(
      ([key, [feature]]) => filter[key] === true && this.#has(feature, 'listChanged'),
    );
    const methods = new Set<string>(asked.map(([, [, method]]) => method));
    const uris = new Set(this.#has('resources', 'subscribe') ? stringsIn(filter) : []);
    const listening = { id, methods, uris, isAcknowledged: false };
    this.#listenings.set(id, listening);
    this.#subscribe(listening);
  }

  /** The client has heard enough (its id as JSON text); `false` if it never listened under it. */
  close(id: string): boolean {
    const listening = this.#listenings.get(id);
    this.#listenings.delete(id);
    for (const uri of listening?.uris ?? []) {
      if (this.#isWanted(uri)) continue;
      this.port.own.ask(Method.unsubscribe, JSON.stringify({ uri }), () => {});
    }
    return listening !== undefined;
  }

  /** A notification of the server; `false` if it is none that must be asked for. */
  receive(message: WireMessage): boolean {
    const { method } = message;
    if (!TOLD.has(method)) return false;
    const params = method === Method.resourceUpdated && parsedSpan(message, message.params);
    const uri = isJsonObject(params) ? String(params.uri) : '';
    for (const { id, methods, uris, isAcknowledged } of this.#listenings.values()) {
      if (!isAcknowledged || !(methods.has(method) || covers(uris, uri))) continue;
      this.port.print(withMetaMembers(message, `"${META_SUBSCRIPTION_ID}":${id}`));
    }
    return true;
  }

  #has(feature: string, what: string): boolean {
    const capability = this.capabilities[feature];
    return isJsonObject(capability) && capability[what] === true;
  }

  #isWanted(uri: string): boolean {
    return [...this.#listenings.values()].some(({ uris }) => uris.has(uri));
  }

  /** Acknowledged once the server has said of each resource whether it tells of it. */
  #subscribe(listening: Listening): void {
    let due = listening.uris.size;
    if (due === 0) this.#acknowledge(listening);
    for (const uri of listening.uris) {
      this.port.own.ask(Method.subscribe, JSON.stringify({ uri }), (answer) => {
        if (answer.error !== null) listening.uris.delete(uri);
        due -= 1;
        if (due === 0) this.#acknowledge(listening);
      });
    }
  }

  #acknowledge(listening: Listening): void {
    const { id, methods, uris } = listening;
    if (this.#listenings.get(id) !== listening) return;
    listening.isAcknowledged = true;
    const granted = Object.entries(CHANGING_LISTS).filter(([, [, method]]) => methods.has(method));
    const notifications = JSON.stringify({
      ...Object.fromEntries(granted.map(([key]) => [key, true])),
      ...(uris.size > 0 && { resourceSubscriptions: [...uris] }),
    });
    const params = `{"notifications":${notifications},"_meta":{"${META_SUBSCRIPTION_ID}":${id}}}`;
    this.port.print(`{"jsonrpc":"2.0","method":"${Method.acknowledged}","params":${params}}`);
  }
}

function stringsIn(filter: JsonObject): string[] {
  const { resourceSubscriptions: uris } = filter;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}

/** A legacy server may tell of what lies below a resource that was subscribed to. */
function covers(uris: ReadonlySet<string>, uri: string): boolean {
  if (uris.has(uri)) return true;
  return [...uris].some((base) => uri.startsWith(base.endsWith('/') ? base : `${base}/`));
}
