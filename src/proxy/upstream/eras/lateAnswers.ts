/** More calls that were taken back and never answered are not kept in mind. */
const KEPT = 100;

/**
 * Calls that the client has taken back after their server had come to know them under another id: an
 * answer that still comes tells whoever ended the work that it has ended.
 */
export class LateAnswers {
  readonly #clientIds = new Map<string, string>();

  /** Ids as JSON text. */
  expect(serverId: string, clientId: string): void {
    this.#clientIds.set(serverId, clientId);
    const [oldest] = this.#clientIds.keys();
    if (this.#clientIds.size > KEPT && oldest !== undefined) this.#clientIds.delete(oldest);
  }

  /** The client's id of what the server answers under this one; `null` if nothing was expected. */
  take(serverId: string): string | null {
    const clientId = this.#clientIds.get(serverId) ?? null;
    this.#clientIds.delete(serverId);
    return clientId;
  }
}
