import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { ControlConnection } from '../../../src/broker/controlConnection.ts';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { type ErrorCode, TaskHandlesError } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import { connectedPair } from '../../support/socketPair.ts';

interface Pair {
  readonly client: ControlClient;
  readonly broker: ControlConnection;
  readonly socket: Socket;
}

const welcome = { ok: true, protocol: 1, version: '0', pid: 1 } as const;

async function pair(t: TestContext): Promise<Pair> {
  const { near, far } = await connectedPair(t);
  const broker = new ControlConnection(far, silentLog);
  const client = new ControlClient({ socket: near, welcome });
  t.after(() => {
    client.dispose();
    broker.dispose();
  });
  return { client, broker, socket: far };
}

const hasCode = (code: ErrorCode) => (error: unknown) => TaskHandlesError.is(error, code);

suite('control link', () => {
  test('requests are answered and notifications heard', async (t) => {
    const { client, broker } = await pair(t);
    broker.handle('tasks/get', ({ id }) => {
      assert.equal(id, 'x');
      return { row: null };
    });
    broker.listen();
    const heard = new Promise((resolve) => client.onNotification('tasks/changed', resolve));
    assert.deepEqual(await client.request('tasks/get', { id: 'x' }), { row: null });
    broker.notify('tasks/changed', { rows: [], removed: ['y'] });
    assert.deepEqual(await heard, { rows: [], removed: ['y'] });
  });

  test("the broker's errors keep their code and sentence", async (t) => {
    const { client, broker } = await pair(t);
    broker.handle('tasks/get', () => {
      throw new TaskHandlesError('no_such_handle', 'No such handle.');
    });
    broker.handle('tasks/list', () => Promise.reject(new Error('a fault')));
    broker.listen();
    await assert.rejects(client.request('tasks/get', { id: 'x' }), {
      code: 'no_such_handle',
      message: 'No such handle.',
    });
    await assert.rejects(client.request('tasks/list', {}), hasCode('internal'));
    await assert.rejects(client.request('broker/status', {}), hasCode('internal'));
  });

  test('an answer that came before the end still counts', async (t) => {
    const { client, broker, socket } = await pair(t);
    broker.handle('broker/stop', () => {
      setImmediate(async () => {
        await broker.flush();
        socket.destroySoon();
      });
      return null;
    });
    broker.listen();
    const closed = new Promise<void>((resolve) => client.onClose(resolve));
    assert.equal(await client.request('broker/stop', { drain: false }), null);
    await closed;
  });

  test('what waits when the link ends is rejected as link_lost', async (t) => {
    const { client, broker, socket } = await pair(t);
    broker.handle('tasks/get', () => {
      socket.destroy();
      return new Promise(() => {});
    });
    broker.listen();
    let closes = 0;
    client.onClose(() => closes++);
    await assert.rejects(client.request('tasks/get', { id: 'x' }), hasCode('link_lost'));
    await assert.rejects(client.request('broker/status', {}), hasCode('link_lost'));
    assert.equal(closes, 1);
  });

  test('both sides tell the end once, dispose is silent on its own side', async (t) => {
    const { client, broker } = await pair(t);
    broker.listen();
    let clientCloses = 0;
    client.onClose(() => clientCloses++);
    const closed = new Promise<void>((resolve) => broker.onClose(resolve));
    client.dispose();
    await closed;
    assert.equal(clientCloses, 0);
    broker.notify('log/lines', { lines: [] });
    await assert.rejects(client.request('broker/status', {}), hasCode('link_lost'));
  });

  test('junk in place of messages ends nothing but the link', async (t) => {
    const { near, far } = await connectedPair(t);
    const broker = new ControlConnection(far, silentLog);
    t.after(() => broker.dispose());
    broker.listen();
    const closed = new Promise<void>((resolve) => broker.onClose(resolve));
    near.end('Content-Length: 3\r\n\r\n{]}no header at all\r\n\r\n');
    await closed;
  });
});
