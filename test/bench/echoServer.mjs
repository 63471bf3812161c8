// An MCP server at the cost of its lines: no SDK, one write per answer, as servers do it.
// Tools: `echo` answers at once, `hang` never.
const tools = [
  { name: 'echo', inputSchema: { type: 'object' } },
  { name: 'hang', inputSchema: { type: 'object' } },
];

function resultOf({ method, params }) {
  if (method === 'initialize') {
    return {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'echo', version: '1' },
    };
  }
  if (method === 'tools/list') return { tools };
  if (method !== 'tools/call') return {};
  if (params.name === 'hang') return undefined;
  return { content: [{ type: 'text', text: params.arguments.text }] };
}

function receive(line) {
  const message = JSON.parse(line);
  if (message.id === undefined || message.method === undefined) return;
  const result = resultOf(message);
  if (result === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n`);
}

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) receive(line);
});
if (process.argv.includes('--ignores-sigterm')) process.on('SIGTERM', () => {});
