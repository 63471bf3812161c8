// The client that the suite's client scenarios look at:
//   clientUnderTest.ts direct URL
//   clientUnderTest.ts through CLI HOME URL
// An SDK client talks to the suite's server, itself or through `connect`. What it does is the same
// for all scenarios: it lists everything and calls every tool.
import {
  type CallToolRequest,
  Client,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [way, ...rest] = process.argv.slice(2);
const url = rest.at(-1) ?? '';
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const revision = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? '2025-11-25';

function transport() {
  if (way === 'direct') return new StreamableHTTPClientTransport(new URL(url));
  const [cli = '', home = ''] = rest;
  const args = [cli, 'connect', '--route', scenario, '--home', home, '--url', url];
  return new StdioClientTransport({ command: process.execPath, args });
}

/** What the scenario says is to be called; else every tool, with numbers that some add. */
function callsFor(tools: readonly { name: string; inputSchema: unknown }[]) {
  const context: unknown = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
  const { toolCalls } = context as { toolCalls?: CallToolRequest['params'][] };
  if (toolCalls !== undefined) return toolCalls;
  const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
  return tools.map(({ name }) => ({
    name,
    arguments: name === 'json_schema_echo' ? { schema } : { a: 2, b: 3 },
  }));
}

/** A failure is no end: the suite judges what it has seen. */
async function attempt(what: () => Promise<unknown>): Promise<void> {
  await what().catch((error: Error) => console.error(error.message));
}

async function main(): Promise<void> {
  const isModern = revision >= '2026-07-28';
  const client = new Client(
    { name: 'client-under-test', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      versionNegotiation: { mode: isModern ? { pin: '2026-07-28' } : 'legacy' },
    },
  );
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }));
  await client.connect(transport());
  const { tools } = await client.listTools();
  if (scenario !== 'json-schema-ref-no-deref') {
    await Promise.all(callsFor(tools).map((call) => attempt(() => client.callTool(call))));
    const { resources, prompts } = client.getServerCapabilities() ?? {};
    if (resources) await attempt(() => readAll(client));
    if (prompts) await attempt(() => getAll(client));
  }
  await client.close();
}

async function readAll(client: Client): Promise<void> {
  for (const { uri } of (await client.listResources()).resources) {
    await client.readResource({ uri });
  }
}

async function getAll(client: Client): Promise<void> {
  for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
