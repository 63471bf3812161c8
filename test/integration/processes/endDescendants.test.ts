import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  assertEnded,
  fixtureDefinition,
  isAlive,
  nextLine,
  startFor,
  waitUntilGone,
} from '../../support/processes.ts';

/** More than the coarsest clock in which a system counts births (Linux: 10 ms). */
const TICKS_MS = 50;

suite('ending descendants', () => {
  test('only those born since the moment end', async (t) => {
    const owned = await startFor(t, fixtureDefinition('startsOnRequest.sh'));
    const older = nextLine(owned);
    owned.send('one');
    const olderPid = Number(await older);
    const sinceMs = await momentAfterNow();
    const younger = nextLine(owned);
    owned.send('two');
    const youngerPid = Number(await younger);

    const outcome = await owned.endDescendants({ sinceMs, graceMs: 50 });
    assertEnded(outcome, 'killed', 1);
    await waitUntilGone([youngerPid], 0);
    assert.doesNotThrow(() => process.kill(olderPid, 0));
    assert.equal(isAlive(owned.identity), true);
  });

  test('neither the upstream nor its guard counts', async (t) => {
    const sinceMs = 0;
    const owned = await startFor(t, fixtureDefinition('startsOnRequest.sh'));
    const outcome = await owned.endDescendants({ sinceMs, graceMs: 50 });
    assertEnded(outcome, 'none', 0);
    const line = nextLine(owned);
    owned.send('still there?');
    assert.ok(Number(await line) > 0);
  });

  test('one that left the group is found', async (t) => {
    const owned = await startFor(t, fixtureDefinition('leavesTheGroup.mjs', 'marked'));
    const pid = Number(await nextLine(owned));
    const outcome = await owned.endDescendants({ sinceMs: 0, graceMs: 0 });
    assert.equal(outcome.level, 'killed');
    await waitUntilGone([pid], 0);
  });
});

/** A wall clock moment that lies behind every birth so far, in the system's own ticks. */
async function momentAfterNow(): Promise<number> {
  const since = Date.now() + TICKS_MS;
  while (Date.now() < since) await new Promise((resolve) => setImmediate(resolve));
  return since;
}
