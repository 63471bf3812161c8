/** Messages that are right, by where they are sent; mutations begin with one of them. */
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'fuzz', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: { form: {} },
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
};

const HANDLE = `th_${'a'.repeat(26)}`;
const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
  clientInfo: { name: 'fuzz', version: '1' },
};

const request = (method: string, params?: object) => ({ jsonrpc: '2.0', id: 1, method, params });
const notification = (method: string, params?: object) => ({ jsonrpc: '2.0', method, params });

/** What a client of the legacy era may send. */
export const LEGACY_CLIENT: readonly object[] = [
  request('initialize', INITIALIZE),
  request('ping'),
  request('tools/list', { cursor: 'c' }),
  request('tools/call', { name: 'echo', arguments: { a: [1, 'b', null] } }),
  request('tools/call', {
    name: 'echo',
    arguments: {},
    task: { ttl: 60_000 },
    _meta: { progressToken: 'p', 'mcp-task-handles/idempotencyKey': 'k' },
  }),
  request('tools/call', { name: 'task_poll', arguments: { handle: HANDLE, waitMs: 1 } }),
  request('tools/call', { name: 'task_control', arguments: { handle: HANDLE, action: 'revoke' } }),
  request('tasks/get', { taskId: HANDLE }),
  request('tasks/result', { taskId: HANDLE }),
  request('tasks/list', {}),
  request('tasks/cancel', { taskId: HANDLE }),
  request('resources/subscribe', { uri: 'a://b' }),
  request('logging/setLevel', { level: 'debug' }),
  request('prompts/get', { name: 'p', arguments: { a: 'b' } }),
  notification('notifications/initialized'),
  notification('notifications/cancelled', { requestId: 1, reason: 'r' }),
  notification('notifications/progress', { progressToken: 1, progress: 1, total: 2 }),
  notification('notifications/roots/list_changed'),
  { jsonrpc: '2.0', id: 1, result: { action: 'accept', content: { a: 'b' } } },
  { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'No.' } },
];

/** What a client of the modern era may send. */
export const MODERN_CLIENT: readonly object[] = [
  request('server/discover', { _meta: MODERN_META }),
  request('tools/list', { _meta: MODERN_META }),
  request('tools/call', { name: 'echo', arguments: { a: 1 }, _meta: MODERN_META }),
  request('tools/call', {
    name: 'echo',
    arguments: {},
    inputResponses: { key: { action: 'accept', content: {} } },
    requestState: 'state',
    _meta: { ...MODERN_META, progressToken: 7 },
  }),
  request('tasks/get', { taskId: HANDLE, _meta: MODERN_META }),
  request('tasks/update', { taskId: HANDLE, inputResponses: {}, _meta: MODERN_META }),
  request('tasks/cancel', { taskId: HANDLE, _meta: MODERN_META }),
  request('resources/read', { uri: 'a://b', _meta: MODERN_META }),
  notification('notifications/cancelled', { requestId: 1, _meta: MODERN_META }),
];

/** Stands for the id of the call in flight, and for its progress token. */
export const CALL_ID = '$CALL';

const TASK = {
  taskId: 'up-1',
  status: 'working',
  createdAt: '2026-01-01T00:00:00Z',
  lastUpdatedAt: '2026-01-01T00:00:00Z',
  ttl: null,
  pollInterval: 10,
};
const FORM = { message: 'm', requestedSchema: { type: 'object', properties: {} } };

/** What a server may print while a call is in flight. */
export const SERVER: readonly object[] = [
  { jsonrpc: '2.0', id: CALL_ID, result: { content: [{ type: 'text', text: 'done' }] } },
  { jsonrpc: '2.0', id: CALL_ID, result: { content: [], isError: true } },
  { jsonrpc: '2.0', id: CALL_ID, result: { task: TASK } },
  { jsonrpc: '2.0', id: CALL_ID, result: { resultType: 'task', ...TASK, ttlMs: 1 } },
  {
    jsonrpc: '2.0',
    id: CALL_ID,
    result: {
      resultType: 'input_required',
      inputRequests: { key: { method: 'elicitation/create', params: FORM } },
      requestState: 'state',
    },
  },
  { jsonrpc: '2.0', id: CALL_ID, error: { code: -32603, message: 'No.', data: {} } },
  { jsonrpc: '2.0', id: CALL_ID, result: { tools: [{ name: 'echo', inputSchema: {} }] } },
  notification('notifications/progress', { progressToken: CALL_ID, progress: 1, total: 2 }),
  notification('notifications/message', { level: 'info', data: 'text' }),
  notification('notifications/tools/list_changed'),
  notification('notifications/resources/updated', { uri: 'a://b' }),
  notification('notifications/tasks/status', TASK),
  notification('notifications/cancelled', { requestId: 1 }),
  request('ping'),
  request('roots/list'),
  request('elicitation/create', FORM),
  request('sampling/createMessage', { messages: [], maxTokens: 1 }),
];
