import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  AdminPolicy,
  LOOK_EVERY_MS,
  WRITING_MS,
} from '../../../src/broker/authority/adminPolicy.ts';
import { NO_LOCKS } from '../../../src/brokerApi/adminLocks.ts';
import { AdminMachine } from '../../support/adminMachine.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const LIMIT = { maxTotalTimeoutMs: 60_000 };

/** A machine, a home on it, and the brokers that follow the file, one after the other. */
class Stage {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  readonly machine: AdminMachine;
  readonly copy: string;
  readonly #brokers: AdminPolicy[] = [];
  isFenced = false;

  constructor(t: TestContext, policy?: object | string) {
    const home = mkdtempSync(join(tmpdir(), 'mth-home-'));
    t.after(async () => {
      for (const broker of this.#brokers) broker.dispose();
      await Promise.all(this.#brokers.map((broker) => broker.flush()));
      rmSync(home, { recursive: true });
    });
    this.copy = join(home, 'admin-policy.json');
    this.machine = new AdminMachine(t, policy);
  }

  broker(): AdminPolicy {
    const { copy, clock, machine, told } = this;
    const policy = new AdminPolicy({
      path: machine.file,
      copy,
      clock,
      log: { write: () => {} },
      notices: { add: (_level, message) => void told.push(message) },
      isFenced: () => this.isFenced,
    });
    this.#brokers.push(policy);
    return policy;
  }

  /** The next look at the file, and what comes of it on the disk. */
  async look(policy: AdminPolicy): Promise<void> {
    this.clock.advance(LOOK_EVERY_MS);
    await policy.flush();
  }
}

suite('following the policy file', () => {
  test('P8 what it says holds from the next look on, until it is gone', async (t) => {
    const stage = new Stage(t);
    const policy = stage.broker();
    const changes: unknown[] = [];
    policy.onDidChange(() => changes.push(policy.locks));
    assert.equal(policy.locks, NO_LOCKS);
    stage.machine.write({ by: 'IT', ...LIMIT });
    await stage.look(policy);
    const source = stage.machine.file;
    assert.deepEqual(policy.locks, { source, by: 'IT', ...LIMIT });
    await stage.look(policy);
    stage.machine.remove();
    await stage.look(policy);
    assert.equal(policy.locks, NO_LOCKS);
    assert.equal(changes.length, 2, 'told when something changes, and only then');
    assert.equal(existsSync(stage.copy), false);
  });

  test('P8 one that became malformed leaves what the last good one said, and is told once', async (t) => {
    const stage = new Stage(t, { ...LIMIT, refusedTools: ['*/deploy'] });
    const policy = stage.broker();
    stage.machine.write('{ "maxTotalTimeoutMs": 1');
    await stage.look(policy);
    await stage.look(policy);
    const { maxTotalTimeoutMs, refusedTools, failOpen, refuseNewWork, problem } = policy.locks;
    assert.deepEqual([maxTotalTimeoutMs, refusedTools], [60_000, ['*/deploy']]);
    assert.deepEqual([failOpen, refuseNewWork], [false, undefined], 'nobody runs past us');
    assert.match(problem ?? '', /policy\.json cannot be followed: it is no JSON object\.$/);
    assert.deepEqual(stage.told, [problem]);
  });

  test('one that is being written is looked at again before anything is said', async (t) => {
    const stage = new Stage(t, LIMIT);
    const policy = stage.broker();
    stage.machine.write('{ "maxTotal');
    await stage.look(policy);
    assert.equal(policy.locks.problem, undefined);
    stage.machine.write({ maxTotalTimeoutMs: 7 });
    stage.clock.advance(WRITING_MS);
    assert.equal(policy.locks.maxTotalTimeoutMs, 7);
    assert.deepEqual(stage.told, []);
  });

  test('P8 the last good one is remembered by the next broker', async (t) => {
    const stage = new Stage(t, LIMIT);
    const first = stage.broker();
    await first.flush();
    first.dispose();
    assert.equal(statSync(stage.copy).mode & 0o777, 0o600);
    stage.machine.write('');
    const second = stage.broker();
    assert.equal(second.refusalBefore, null);
    assert.equal(second.locks.maxTotalTimeoutMs, 60_000);
    assert.equal(second.refusal, null);
    stage.machine.write({});
    await stage.look(second);
    assert.equal(second.locks.maxTotalTimeoutMs, undefined);
    assert.equal(readFileSync(stage.copy, 'utf8'), '{}');
  });

  test('P8 where no good one is known, a malformed one stops new work', async (t) => {
    const stage = new Stage(t, '{');
    const policy = stage.broker();
    const { failOpen, refuseNewWork, source } = policy.locks;
    assert.deepEqual([failOpen, source], [false, stage.machine.file]);
    assert.match(refuseNewWork ?? '', /cannot be read/);
    assert.equal(policy.refusal?.by, 'admin');
    stage.machine.write(LIMIT);
    await stage.look(policy);
    assert.equal(policy.refusal, null);
  });

  test('P7 the kill switch of an administrator names who threw it, why and when', async (t) => {
    const stage = new Stage(t, { by: 'IT', refuseNewWork: 'Maintenance' });
    const broker = stage.broker();
    const { since, ...refusal } = broker.refusal ?? assert.fail('nothing is refused');
    assert.deepEqual(refusal, {
      id: 'admin',
      scope: { kind: 'everything' },
      by: 'admin',
      client: 'IT',
      note: 'Maintenance',
    });
    const writtenMs = statSync(stage.machine.file).mtimeMs;
    assert.equal(since, new Date(writtenMs).toISOString());
    await broker.flush();
    assert.equal(stage.broker().refusalBefore?.note, 'Maintenance', 'the next broker knows of it');
  });

  test('P8 one that others can write counts for nothing, and that is told', async (t) => {
    const stage = new Stage(t, LIMIT);
    chmodSync(stage.machine.file, 0o666);
    const policy = stage.broker();
    const { problem, ...locks } = policy.locks;
    assert.deepEqual(locks, NO_LOCKS);
    assert.deepEqual(stage.told, [problem]);
    chmodSync(stage.machine.file, 0o644);
    await stage.look(policy);
    assert.equal(policy.locks.maxTotalTimeoutMs, 60_000);
  });

  test('members that are not known are told once, and the others hold', async (t) => {
    const stage = new Stage(t, { ...LIMIT, maxTasks: 1 });
    const policy = stage.broker();
    assert.equal(policy.locks.maxTotalTimeoutMs, 60_000);
    stage.machine.write({ maxTotalTimeoutMs: 5, maxTasks: 1 });
    await stage.look(policy);
    assert.equal(policy.locks.maxTotalTimeoutMs, 5);
    assert.equal(stage.told.length, 1);
    assert.match(stage.told[0] ?? '', /"maxTasks" is not known; it is passed over\.$/);
  });

  test('a broker that is fenced off writes no copy', async (t) => {
    const stage = new Stage(t, LIMIT);
    stage.isFenced = true;
    const policy = stage.broker();
    await policy.flush();
    assert.equal(existsSync(stage.copy), false);
    assert.equal(policy.locks.maxTotalTimeoutMs, 60_000, 'it follows all the same');
  });
});
