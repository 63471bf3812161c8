import { isJsonObject, type JsonObject, parseJson } from '../../common/json.ts';

/** Never one of the host's ids; the answers are nobody's and are dropped. */
const ID_PREFIX = 'mcp-task-handles/standing-';

/**
 * What the host has asked for once and counts on from then on: its log level and its resource
 * subscriptions. A server behind a new link knows nothing of them.
 */
export class StandingRequests {
  #logLevel: JsonObject | undefined;
  readonly #subscriptions = new Map<unknown, JsonObject>();
  #lastId = 0;

  /** Looks into the line only where the method is one of these. */
  note(method: string, line: string): void {
    if (method === 'logging/setLevel') this.#logLevel = requestIn(line);
    else if (method === 'resources/subscribe') this.#keep(requestIn(line));
    else if (method === 'resources/unsubscribe') this.#subscriptions.delete(uriOf(requestIn(line)));
  }

  /** The requests once more, under ids of their own. */
  lines(): string[] {
    const standing = [this.#logLevel, ...this.#subscriptions.values()];
    return standing
      .filter((request) => request !== undefined)
      .map((request) => this.#line(request));
  }

  #keep(request: JsonObject | undefined): void {
    if (request !== undefined) this.#subscriptions.set(uriOf(request), request);
  }

  #line(request: JsonObject): string {
    this.#lastId += 1;
    return JSON.stringify({ ...request, id: `${ID_PREFIX}${this.#lastId}` });
  }
}

function requestIn(line: string): JsonObject | undefined {
  const request = parseJson(line);
  return isJsonObject(request) ? request : undefined;
}

function uriOf(request: JsonObject | undefined): unknown {
  return isJsonObject(request?.params) ? request.params.uri : undefined;
}
