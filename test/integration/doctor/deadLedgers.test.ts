import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { suite, type TestContext, test } from 'node:test';
import type { Finding } from '../../../src/brokerApi/finding.ts';
import { ensureHome, resolveHome } from '../../../src/brokerApi/home.ts';
import { ProcessLedger } from '../../../src/brokerApi/processLedger.ts';
import { deadLedgers } from '../../../src/doctor/deadLedgers.ts';
import { ownerInstance } from '../../../src/processes/ownerMark.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import { leftProcess } from '../../support/leftProcess.ts';
import { fixturePath, waitUntilGone } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** A broker's instance with our pid, and born before us: it is gone. */
const DEAD = `${process.pid}-${Buffer.from('1').toString('hex')}`;

async function ledgers(t: TestContext) {
  const paths = resolveHome({ home: await temporaryFolder(t) });
  ensureHome(paths);
  const record = (instance: string, pid: number) => {
    const identity = identityOf(pid) ?? { pid, startTime: '1', bootId: null };
    new ProcessLedger(paths.processes, instance).add(`u1-${pid}`, {
      id: 'u1',
      route: 'build',
      ...identity,
    });
  };
  return { paths, record };
}

suite('lists of processes of brokers that are gone', () => {
  test('P13 are told and forgotten, and what still lives of them is ended', async (t) => {
    const { paths, record } = await ledgers(t);
    const pid = await leftProcess(t, 'somebody-else:u1');
    record(DEAD, pid);
    const [told, ...others] = await deadLedgers({ paths, mend: false });
    assert.deepEqual([told?.kind, told?.outcome, others], ['orphan_process', 'left', []]);
    assert.ok(told?.why.includes(`${pid} (build)`), told?.why);
    assert.notEqual(identityOf(pid), null);
    const [mended] = await deadLedgers({ paths, mend: true });
    assert.equal(mended?.outcome, 'mended');
    await waitUntilGone([pid], 0);
    assert.deepEqual(readdirSync(paths.processes), []);
  });

  test('a pid that is somebody else’s by now is not touched', async (t) => {
    const { paths, record } = await ledgers(t);
    const pid = await leftProcess(t, 'somebody-else:u1');
    record(DEAD, pid);
    const { startTime = '', bootId = null } = identityOf(pid) ?? {};
    const before = { pid, startTime: `${Number(startTime) - 1}`, bootId };
    new ProcessLedger(paths.processes, DEAD).add(`u1-${pid}`, {
      id: 'u1',
      route: 'build',
      ...before,
    });
    const [mended] = await deadLedgers({ paths, mend: true });
    assert.deepEqual([mended?.kind, mended?.outcome], ['stray_file', 'mended']);
    assert.notEqual(identityOf(pid), null);
  });

  test('P13 what `doctor` itself runs in is spared and told, and stays on the list', async (t) => {
    const { paths, record } = await ledgers(t);
    const script = 'read go; "$1" --import tsx "$2" "$3"; echo "still here"';
    const program = fixturePath('doctor/mendsDeadLedgers.ts');
    const args = ['-c', script, 'sh', process.execPath, program, paths.root];
    const shell = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => shell.kill('SIGKILL'));
    await once(shell, 'spawn');
    record(DEAD, shell.pid ?? 0);
    shell.stdin.end('go\n');
    const [outcome = '', after] = (await text(shell.stdout)).split('\n');
    const [finding] = JSON.parse(outcome) as Finding[];
    assert.deepEqual([finding?.kind, finding?.outcome], ['orphan_process', 'cannot']);
    assert.match(finding?.why ?? '', new RegExp(`still there: ${shell.pid}; where one is what`));
    assert.equal(after, 'still here');
    assert.equal(readdirSync(paths.processes).length, 1);
  });

  test('a living broker’s is its own', async (t) => {
    const { paths, record } = await ledgers(t);
    record(ownerInstance(), await leftProcess(t, 'somebody-else:u1'));
    assert.deepEqual(await deadLedgers({ paths, mend: true }), []);
    assert.equal(readdirSync(paths.processes).length, 1);
  });
});
