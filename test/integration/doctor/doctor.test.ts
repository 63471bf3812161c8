import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { Finding, FindingKind } from '../../../src/brokerApi/finding.ts';
import { ensureHome } from '../../../src/brokerApi/home.ts';
import { hasEnded, lockPath } from '../../../src/brokerApi/lockFolder.ts';
import { newRefusal, writeRefusal } from '../../../src/brokerApi/refusalFiles.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import { newHandleId } from '../../../src/registry/handleId.ts';
import { AdminMachine } from '../../support/adminMachine.ts';
import { BrokerHome, PATIENCE_MS } from '../../support/brokerHome.ts';
import { runCli } from '../../support/cliProcess.ts';
import { leftProcess, markOf } from '../../support/leftProcess.ts';
import { waitUntilGone } from '../../support/processes.ts';

const TWO_HOURS_MS = 7_200_000;

interface Report {
  readonly home: string;
  readonly broker: number | null;
  readonly findings: readonly Finding[];
  readonly code: number;
}

async function doctor(home: BrokerHome, ...options: string[]): Promise<Report> {
  const args = ['doctor', '--home', home.paths.root, ...options];
  const { stdout, stderr, code } = await runCli([...args, '--json']);
  assert.notEqual(stdout, '', stderr);
  return { ...(JSON.parse(stdout) as Omit<Report, 'code'>), code };
}

/** Processes are looked for on the whole machine, and other tests leave some for a moment. */
function ofOurs({ findings }: Report, ...pids: number[]): Finding[] {
  const isOurs = ({ kind, what }: Finding) =>
    kind !== 'orphan_process' || pids.some((pid) => what.startsWith(`Process ${pid} `));
  return findings.filter(isOurs);
}

function outcomes(findings: readonly Finding[]): Partial<Record<FindingKind, string>> {
  return Object.fromEntries(findings.map(({ kind, outcome }) => [kind, outcome]));
}

const isLinux = process.platform === 'linux';

/** Only Linux lets us find processes by their mark. */
function isSeen(pid: number): boolean {
  return isLinux && identityOf(pid) !== null;
}

async function brokerHome(t: TestContext): Promise<BrokerHome> {
  const home = await BrokerHome.make(t);
  await home.open(t);
  return home;
}

suite('doctor without a broker', () => {
  test('P13 explains what a killed broker has left, and mends it when asked', async (t) => {
    const home = await brokerHome(t);
    const owner = home.owner();
    const pid = await leftProcess(t, markOf(owner, 'u1'));
    await home.kill();
    const told = await doctor(home);
    assert.equal(told.broker, null);
    assert.equal(told.code, 1);
    const { orphan_process: process, ...files } = outcomes(ofOurs(told, pid));
    const expected = { stale_lock: 'left', stale_endpoint: 'left', stray_file: 'left' };
    assert.deepEqual(files, expected, 'the list of what it had started is the file');
    // Any broker that starts meanwhile, in whichever home, ends it.
    if (isSeen(pid)) assert.equal(process, 'left');
    for (const { what, why } of told.findings) assert.ok(what.length > 10 && why.length > 10);
    assert.ok(existsSync(home.paths.endpoint), 'nothing was touched');

    const mended = await doctor(home, '--mend');
    const outcome = new Set(Object.values(outcomes(ofOurs(mended, pid))));
    assert.deepEqual(outcome, new Set(['mended']));
    assert.ok(!existsSync(home.paths.endpoint));
    assert.ok(hasEnded(home.paths.lockFolder, owner.number));
    if (isLinux) await waitUntilGone([pid], PATIENCE_MS);
    assert.deepEqual(ofOurs(await doctor(home)), []);
    await home.open(t);
    assert.equal(home.owner().number, owner.number + 1, 'a broker takes over as ever');
  });

  test('P13 a broker that ended in order has left nothing', async (t) => {
    const home = await brokerHome(t);
    const { pid } = home.owner();
    await runCli(['broker', 'stop', '--home', home.paths.root]);
    await waitUntilGone([pid], PATIENCE_MS);
    assert.deepEqual(ofOurs(await doctor(home)), []);
  });

  test('never starts a broker, and finds nothing where nothing is', async (t) => {
    const home = await BrokerHome.make(t, 'nowhere');
    assert.deepEqual(ofOurs(await doctor(home, '--mend')), []);
    assert.ok(!existsSync(home.paths.root));
    const { stdout } = await runCli(['doctor', '--home', home.paths.root]);
    if (!stdout.includes('process')) assert.match(stdout, /^Nothing is left behind in /);
  });
});

suite('doctor and refusals', () => {
  test('P7 new work that is refused is told, with who wants it so, and is nothing wrong', async (t) => {
    const home = await BrokerHome.make(t);
    ensureHome(home.paths);
    const scope = { kind: 'everything' } as const;
    const refusal = newRefusal({ scope, by: 'user', client: 'test', note: 'lunch' });
    await writeRefusal(home.paths.refusals, { refusal, isMerged: true });
    const [told, ...others] = ofOurs(await doctor(home));
    assert.deepEqual([told?.kind, told?.outcome, others], ['work_refused', 'intended', []]);
    assert.match(told?.what ?? '', /^All new work is refused by the user since .* \(lunch\)$/);
    writeFileSync(join(home.paths.refusals, `${refusal.id}.json`), 'junk');
    const [unreadable] = ofOurs(await doctor(home));
    assert.deepEqual([unreadable?.kind, unreadable?.outcome], ['work_refused', 'cannot']);
  });
});

suite('doctor and an administrator’s file', () => {
  test('P8 what it locks is told and is nothing wrong; what is the matter with it is', async (t) => {
    const machine = new AdminMachine(t, { by: 'Ops', failOpen: false });
    const home = join(machine.folder, 'nowhere');
    const look = async () => {
      const { stdout } = await machine.runCli(['doctor', '--home', home, '--json']);
      const { findings } = JSON.parse(stdout) as Report;
      return findings.filter(({ kind }) => kind === 'admin_policy');
    };
    const [locked, ...others] = await look();
    assert.deepEqual([locked?.outcome, others], ['intended', []]);
    assert.match(locked?.what ?? '', /^Ops .* has locked: no server runs without the broker$/);
    machine.write('{');
    assert.deepEqual(
      (await look()).map(({ outcome }) => outcome),
      ['cannot'],
    );
  });
});

suite('doctor with a broker', () => {
  test('P13 the broker mends what only it can tell, and touches nothing of a living one', async (t) => {
    const home = await BrokerHome.make(t);
    const results = join(home.paths.records, 'none', 'results');
    mkdirSync(results, { recursive: true });
    const stray = join(results, `${newHandleId()}.result.json`);
    writeFileSync(stray, '{}');
    await home.open(t);
    const temporary = join(home.paths.records, 'x.tmp');
    writeFileSync(temporary, '');
    const then = new Date(Date.now() - TWO_HOURS_MS);
    utimesSync(temporary, then, then);
    const other = await brokerHome(t);
    const left = await leftProcess(t, markOf(home.owner(), 'u999'));
    const others = await leftProcess(t, markOf(other.owner(), 'u999'));

    const told = await doctor(home);
    assert.equal(told.broker, home.owner().pid);
    assert.equal(told.code, 1);
    const found = ofOurs(told, left, others);
    assert.deepEqual(found.filter(({ kind }) => kind === 'stray_file').length, 2);
    assert.ok(found.every(({ outcome }) => outcome === 'left'));
    const processes = found.filter(({ kind }) => kind === 'orphan_process');
    assert.equal(processes.length, isLinux ? 1 : 0, 'another broker’s are none');

    const mended = await doctor(home, '--mend');
    const outcome = new Set(Object.values(outcomes(ofOurs(mended, left, others))));
    assert.deepEqual(outcome, new Set(['mended']));
    assert.ok(!existsSync(stray) && !existsSync(temporary));
    if (isLinux) await waitUntilGone([left], 0);
    assert.notEqual(identityOf(others), null);
    assert.deepEqual(ofOurs(await doctor(home), left, others), []);
  });

  test('one that is stopped is told, with what to do, and stays the owner', async (t) => {
    const home = await brokerHome(t);
    const left = await leftProcess(t, markOf(home.owner(), 'u1'));
    const pid = home.signal('SIGSTOP');
    const report = await doctor(home, '--mend');
    assert.deepEqual([report.broker, report.code], [null, 1]);
    const [finding, ...others] = ofOurs(report, left);
    assert.deepEqual([finding?.kind, finding?.outcome, others], ['broker', 'cannot', []]);
    assert.match(finding?.why ?? '', new RegExp(`kill -CONT ${pid}`));
    assert.notEqual(identityOf(left), null, 'its owner lives');
    home.signal('SIGCONT');
    await home.open(t, { timeoutMs: PATIENCE_MS });
    assert.equal(home.owner().pid, pid);
  });

  test('P13 one whose lock proves nothing is asked, and touched by nobody while it is silent', async (t) => {
    const home = await brokerHome(t);
    const { pid, number } = home.owner();
    const lock = lockPath(home.paths.lockFolder, number);
    const proof = readFileSync(lock);
    writeFileSync(lock, JSON.stringify({ ...home.owner(), startTime: null }));
    assert.equal((await doctor(home)).broker, pid);
    process.kill(pid, 'SIGSTOP');
    const silent = await doctor(home, '--mend');
    process.kill(pid, 'SIGCONT');
    writeFileSync(lock, proof);
    assert.deepEqual(outcomes(ofOurs(silent)), { stale_lock: 'cannot' });
    assert.equal(home.endpoint().pid, pid, 'its endpoint is where it was');
  });

  test('one whose endpoint was taken away is found all the same', async (t) => {
    const home = await brokerHome(t);
    home.removeEndpoint();
    const report = await doctor(home);
    assert.equal(report.broker, home.owner().pid, 'it puts it in place again');
    assert.deepEqual(ofOurs(report), []);
  });
});
