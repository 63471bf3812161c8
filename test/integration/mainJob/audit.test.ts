import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import type { AuditRow } from '../../../src/registry/auditTrail.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
} from '../../support/connectClient.ts';
import { waitUntilGone } from '../../support/processes.ts';

/** A home with one task that has been revoked by hand. */
async function withRevokedTask(t: TestContext) {
  const home = temporaryHome(t);
  const server = fixtureServer('ignoresCancel.mjs');
  const host = await connectClient({ home, server, flags: ['--policy', 'always'] });
  const handle = handleOf(await callTool(host, 'hang'));
  await runCli(['revoke', handle, '--reason', 'no longer wanted', '--home', home]);
  return { home, host, handle };
}

async function endBroker(home: string, signal: NodeJS.Signals): Promise<void> {
  const { pid } = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
  process.kill(pid, signal);
  await waitUntilGone([pid], 30_000);
}

suite('audit', () => {
  test('P8 the terminal shows who did what to a task, and why', async (t) => {
    const { home, handle } = await withRevokedTask(t);
    const rows = await cliJson<AuditRow[]>(['audit', handle, '--home', home]);
    assert.deepEqual(
      rows.map(({ action, principal }) => [action, principal.door]),
      [
        ['created', 'agent'],
        ['revoked', 'user'],
        ['revocation_ended', 'broker'],
      ],
    );
    assert.deepEqual(
      [rows[1]?.reason, rows[1]?.principal.client?.name, rows[1]?.principal.user],
      ['no longer wanted', 'terminal', userInfo().username],
    );
    const text = (await runCli(['audit', '--home', home])).stdout;
    assert.match(text, new RegExp(`${handle} revoked .hang. by user.*no longer wanted`));
  });

  test('P8 verify passes a trail that is whole, and names a row that was edited', async (t) => {
    const { home } = await withRevokedTask(t);
    const whole = await runCli(['audit', '--verify', '--home', home]);
    assert.deepEqual([whole.code, whole.stdout], [0, 'The audit trail is whole.\n']);
    const file = join(home, 'audit/audit-000001.ndjson');
    const bytes = readFileSync(file, 'utf8');
    writeFileSync(file, bytes.replace('no longer wanted', 'a bit longer now'));
    const edited = await runCli(['audit', '--verify', '--home', home]);
    assert.equal(edited.code, 1);
    assert.match(edited.stderr, /audit-000001\.ndjson:2: .*was edited/);
  });

  test('P8 the trail goes on whole after a crash that tore its last row', async (t) => {
    const { home, host } = await withRevokedTask(t);
    const live = handleOf(await callTool(host, 'hang'));
    // It would start the next broker, which writes to the trail as well.
    await host.client.close();
    await endBroker(home, 'SIGKILL');
    appendFileSync(join(home, 'audit/audit-000001.ndjson'), '{"sequence":99,"to');
    const rows = await cliJson<AuditRow[]>(['audit', live, '--home', home]);
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['created', 'lost'],
    );
    assert.equal((await runCli(['audit', '--verify', '--home', home])).code, 0);
  });

  test('P5 a task whose broker is stopped in order is lost, and says so', async (t) => {
    const { home, host } = await withRevokedTask(t);
    const live = handleOf(await callTool(host, 'hang'));
    await runCli(['broker', 'stop', '--home', home]);
    const view = await cliJson<TaskView>(['status', live, '--home', home]);
    assert.deepEqual([view.status, view.reason?.code], ['failed', 'lost']);
    assert.match(view.reason?.note ?? '', /broker was stopped/);
  });
});
