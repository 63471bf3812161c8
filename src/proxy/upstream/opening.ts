/** The two eras of MCP: with `initialize` (to 2025-11-25), and with an envelope (2026-07-28). */
export type Dialect = 'legacy' | 'modern';

/**
 * What a client has said of itself before its first real request: it decides how its upstream is
 * opened. A legacy client says the rest in its `initialize`.
 */
export type Opening = { readonly dialect: 'legacy' } | ModernOpening;

/** From the envelope (`params._meta`) of a modern client's first request. */
export interface ModernOpening {
  readonly dialect: 'modern';
  readonly protocolVersion: string;
  /** `io.modelcontextprotocol/clientInfo` as JSON text. */
  readonly clientInfoJson: string;
  /** `io.modelcontextprotocol/clientCapabilities` as JSON text. */
  readonly capabilitiesJson: string;
}
