import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Client, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { TaskEnabledSession } from '@modelcontextprotocol/ext-tasks/client';
import { temporaryHome } from '../../support/connectClient.ts';
import { connectArguments, MODERN_PLAIN, MODERN_TASKS, type Target } from './peerStage.ts';

// It has no CommonJS, which tests are run as.
const extTasks = import('@modelcontextprotocol/ext-tasks/client');

const CAPABILITIES = {
  elicitation: { form: {} },
  extensions: { 'io.modelcontextprotocol/tasks': {} },
};
const CLIENT = { name: 'ext-tasks', version: '1' };
const SERVERS: Record<string, Target> = {
  'a modern server with tasks': MODERN_TASKS,
  'a modern server without tasks': MODERN_PLAIN,
};

type Answer =
  | { kind: 'result'; result: Record<string, unknown> }
  | { kind: 'error'; error: { code: number; message: string } };

/** Requests past the SDK's client, which knows no result of the type `task`. */
function rawDispatchOn(transport: Transport) {
  const waiting = new Map<unknown, (answer: Answer) => void>();
  const onMessage = transport.onmessage;
  let lastId = 0;
  transport.onmessage = (message, extra) => {
    const resolve = 'id' in message ? waiting.get(message.id) : undefined;
    if (resolve === undefined || 'method' in message) return onMessage?.(message, extra);
    const answer = message as { result?: Record<string, unknown>; error?: never };
    const { result, error } = answer;
    resolve(
      error === undefined ? { kind: 'result', result: result ?? {} } : { kind: 'error', error },
    );
  };
  return async (request: unknown): Promise<never> => {
    lastId += 1;
    const id = `raw-${lastId}`;
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    await transport.send({ jsonrpc: '2.0', ...(request as object), id } as JSONRPCMessage);
    return (await answer) as never;
  };
}

/** The clients of each test: they leave before the broker of their home is ended. */
const clients = new WeakMap<TestContext, Client[]>();

function homeOf(t: TestContext): string {
  const ours: Client[] = [];
  clients.set(t, ours);
  t.after(() => Promise.all(ours.map((client) => client.close())));
  return temporaryHome(t);
}

/** A client of its own on a `connect` of its own; those of one home share its broker. */
async function openSession(
  t: TestContext,
  { home, target }: { home: string; target: Target },
): Promise<TaskEnabledSession> {
  const client = new Client(CLIENT, {
    capabilities: CAPABILITIES,
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  });
  clients.get(t)?.push(client);
  const flags = ['--policy', 'always'];
  const args = connectArguments({ home, target, flags });
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' });
  await client.connect(transport);
  const { createTaskSessionFromClient } = await extTasks;
  return createTaskSessionFromClient(client, {
    endpointId: 'peer',
    rawDispatch: rawDispatchOn(transport),
    v2RequestFraming: {
      protocolVersion: '2026-07-28',
      clientInfo: CLIENT,
      clientCapabilities: CAPABILITIES,
    },
    onInputRequest: async () => ({ action: 'accept', content: { confirm: true } }) as never,
  });
}

for (const [name, target] of Object.entries(SERVERS)) {
  suite(`the ext-tasks requester before ${name}`, () => {
    test('a call becomes a task that another execution resumes and settles', async (t) => {
      const home = homeOf(t);
      const session = await openSession(t, { home, target });
      const call = await session.callTool('slow_compute', { seconds: 1, label: 'it' });
      assert.equal(call.kind, 'task');
      const reference = call.serializeReference();
      assert.match(String(reference?.taskId), /^th_/);
      await call.detach();
      const later = await openSession(t, { home, target });
      const resumed = await later.resumeTask(JSON.parse(JSON.stringify(reference)));
      const { outcome } = await resumed.settle();
      assert.match(JSON.stringify(outcome), /computed it/);
    });

    test('a question of the task is answered by an update', async (t) => {
      const session = await openSession(t, { home: homeOf(t), target });
      const call = await session.callTool('confirm_delete');
      const { outcome } = await call.settle();
      assert.match(JSON.stringify(outcome), /deleted: accept/);
    });

    test('a task that is cancelled ends as cancelled', async (t) => {
      const session = await openSession(t, { home: homeOf(t), target });
      const call = await session.callTool('slow_compute', { seconds: 60, label: 'it' });
      await call.cancel();
      const { outcome } = await call.settle();
      assert.equal(outcome.status, 'cancelled');
    });
  });
}
