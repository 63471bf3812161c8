const EXTENSION = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

/** The `_meta` of a modern request. */
export function envelope(capabilities: object = {}): object {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'modern host', version: '2' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
}

/** Params of a modern client that takes no tasks (D2). */
export function d2(params: object = {}): object {
  return { ...params, _meta: envelope() };
}

/** Params of a modern client that takes tasks (D3). */
export function d3(params: object = {}): object {
  return { ...params, _meta: envelope(EXTENSION) };
}
