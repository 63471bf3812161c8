import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { descendantsOf, readProcessTable } from '../../../src/processes/processTable.ts';
import {
  assertEnded,
  definitionOf,
  exitOf,
  fixtureDefinition,
  isAlive,
  markedPids,
  nextLine,
  startFor,
  waitFor,
  waitUntilGone,
} from '../../support/processes.ts';

suite('ending an owned process', () => {
  test('P6 a willing process ends by SIGTERM', async (t) => {
    const owned = await startFor(t, definitionOf('sleep', '300'));
    const exit = exitOf(owned);
    const outcome = await owned.end({ graceMs: 5000 });
    assertEnded(outcome, 'terminated', 1);
    assert.equal(owned.hasExited, true);
    assert.equal((await exit).signal, 'SIGTERM');
  });

  test('P6 what it held is told', async (t) => {
    const owned = await startFor(t, fixtureDefinition('echoesLines.mjs'));
    const answer = nextLine(owned);
    owned.send('up?');
    await answer;
    const { memoryBytes } = await owned.end({ graceMs: 5000 });
    const megabytes = (memoryBytes ?? 0) / 2 ** 20;
    assert.ok(megabytes > 10 && megabytes < 1000, `a Node holds ${megabytes} MB`);
  });

  test('P6 one that ignores SIGTERM is killed', async (t) => {
    const owned = await startFor(t, fixtureDefinition('ignoresSigterm.sh'));
    await nextLine(owned);
    const outcome = await owned.end({ graceMs: 100 });
    assert.equal(outcome.level, 'killed');
    assert.deepEqual(outcome.survivors, []);
    assert.equal(isAlive(owned.identity), false);
  });

  test('P6 grandchildren end with the group', async (t) => {
    const owned = await startFor(t, fixtureDefinition('forksGrandchildren.sh'));
    const pids = (await nextLine(owned)).split(' ').map(Number);
    const outcome = await owned.end({ graceMs: 5000 });
    assert.equal(outcome.level, 'terminated');
    assert.equal(outcome.ended, 3);
    await waitUntilGone(pids, 0);
  });

  for (const mark of ['marked', 'unmarked']) {
    test(`P6 a child that left the group ends too (${mark})`, async (t) => {
      const owned = await startFor(t, fixtureDefinition('leavesTheGroup.mjs', mark));
      const pid = Number(await nextLine(owned));
      const outcome = await owned.end({ graceMs: 200 });
      assert.equal(outcome.level, 'killed');
      await waitUntilGone([pid], 0);
    });
  }

  test('P6 a stopped process gets its SIGTERM', async (t) => {
    const owned = await startFor(t, fixtureDefinition('stopsItself.sh'));
    await nextLine(owned);
    const lastWord = nextLine(owned);
    const outcome = await owned.end({ graceMs: 5000 });
    assert.equal(outcome.level, 'terminated');
    assert.equal(await lastWord, 'ended');
  });

  test('P6 a tree that keeps forking ends whole', async (t) => {
    const owned = await startFor(t, fixtureDefinition('keepsForking.sh'));
    await nextLine(owned);
    const childCount = async () =>
      descendantsOf(await readProcessTable(), owned.identity.pid).length;
    await waitFor(async () => (await childCount()) > 5, 5000);
    const outcome = await owned.end({ graceMs: 0 });
    assert.deepEqual(outcome.survivors, []);
    assert.ok(outcome.ended > 5);
  });

  test('a guard outlives a signal to its group', async (t) => {
    const definition = fixtureDefinition('signalsItsGroup.sh');
    const owned = await startFor(t, definition);
    await nextLine(owned);
    const isGuard = (pid: number) => pid !== owned.identity.pid;
    // One that is just being started shows no environment yet.
    await waitFor(async () => (await markedPids(definition.owner)).some(isGuard), 5000);
  });

  test('a less patient second ending shortens the first', async (t) => {
    const owned = await startFor(t, fixtureDefinition('ignoresSigterm.sh'));
    await nextLine(owned);
    const patient = owned.end({ graceMs: 3_600_000 });
    const outcome = await owned.end({ graceMs: 0 });
    assert.equal(outcome.level, 'killed');
    assert.deepEqual(await patient, outcome);
  });

  test('a second ending finds nothing to do', async (t) => {
    const owned = await startFor(t, definitionOf('sleep', '300'));
    await owned.end({ graceMs: 0 });
    assertEnded(await owned.end({ graceMs: 0 }), 'none', 0);
  });

  test('a grandchild keeps its grace when its parent has gone', async (t) => {
    const script = `sh -c 'trap "sleep 0.5; echo cleaned; exit" TERM; echo up; while :; do sleep 0.02; done' & wait`;
    const owned = await startFor(t, definitionOf('sh', '-c', script));
    await nextLine(owned);
    const lastWord = nextLine(owned);
    const outcome = await owned.end({ graceMs: 10_000 });
    assert.equal(outcome.level, 'terminated');
    assert.equal(await lastWord, 'cleaned');
  });
});

suite('shutting an owned process down', () => {
  test('closed stdin is enough for a polite server', async (t) => {
    const owned = await startFor(t, fixtureDefinition('echoesLines.mjs'));
    const answer = nextLine(owned);
    owned.send('still there?');
    assert.equal(await answer, 'still there?');
    assertEnded(await owned.shutDown(), 'exited', 1);
  });

  test('lines sent before still arrive', async (t) => {
    const owned = await startFor(t, fixtureDefinition('echoesLines.mjs'));
    const lines: string[] = [];
    const answer = nextLine(owned);
    owned.send('up?');
    await answer;
    owned.onLine((line) => lines.push(line));
    const sent = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
    for (const line of sent) owned.send(line);
    await Promise.all([exitOf(owned), owned.shutDown()]);
    assert.deepEqual(lines, sent);
  });

  test('a server that ignores it is terminated', async (t) => {
    const owned = await startFor(t, fixtureDefinition('ignoresEndOfInput.sh'));
    await nextLine(owned);
    assert.equal((await owned.shutDown()).level, 'terminated');
  });
});
