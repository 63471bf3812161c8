// An MCP server whose calls never end and tell progress once a second each, spread over the second.
let rest = '';
let calls = 0;

const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function tick(progressToken) {
  let progress = 0;
  const tell = () => {
    progress += 1;
    const params = { progressToken, progress, total: 100_000, message: `step ${progress}` };
    write({ jsonrpc: '2.0', method: 'notifications/progress', params });
  };
  calls += 1;
  setTimeout(() => setInterval(tell, 1000), (calls * 367) % 1000);
}

function receive({ id, method, params }) {
  if (id === undefined) return;
  if (method === 'tools/call') return tick(params._meta.progressToken);
  const result =
    method === 'initialize'
      ? {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'ticking', version: '1' },
        }
      : { tools: [{ name: 'tick', inputSchema: { type: 'object' } }] };
  write({ jsonrpc: '2.0', id, result });
}

process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) receive(JSON.parse(line));
});
process.stdin.on('end', () => process.exit(0));
