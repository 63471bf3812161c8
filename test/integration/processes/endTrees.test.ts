import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, type TestContext, test } from 'node:test';
import { endTrees } from '../../../src/processes/endTrees.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import {
  fixtureDefinition,
  fixturePath,
  markedPids,
  nextLine,
  startFor,
  waitFor,
  waitUntilGone,
} from '../../support/processes.ts';

const NOBODY = { pid: 2 ** 22, startTime: '1', bootId: null };

/** A process of nobody's concern. */
async function bystander(t: TestContext): Promise<number> {
  const child = spawn('sleep', ['300'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child.pid ?? 0;
}

suite('ending trees that others own', () => {
  test('P6 P7 takes the group, its guard, and what has left it', async (t) => {
    const definition = fixtureDefinition('leavesTheGroup.mjs');
    const owned = await startFor(t, definition);
    const outside = Number(await nextLine(owned));
    // One that is just being started shows no environment yet.
    const marked = await waitFor(
      async () => {
        const pids = await markedPids(definition.owner);
        return pids.length >= 3 ? pids : null;
      },
      30_000,
      'root, child and guard',
    );
    const outcome = await endTrees({
      roots: () => [owned.identity],
      isTheirs: (mark) => mark === definition.owner,
    });
    assert.deepEqual([outcome.level, outcome.survivors], ['killed', []]);
    await waitUntilGone([owned.identity.pid, outside, ...marked], 1);
  });

  test('finds a tree by its owner mark alone', async (t) => {
    if (process.platform !== 'linux') return;
    const definition = fixtureDefinition('ignoresSigterm.sh');
    const owned = await startFor(t, definition);
    await nextLine(owned);
    const outcome = await endTrees({
      roots: () => [],
      isTheirs: (mark) => mark === definition.owner,
    });
    assert.deepEqual(outcome.survivors, []);
    await waitUntilGone([owned.identity.pid], 1);
  });

  test('P6 leaves a process alone that only has the pid of a recorded one', async (t) => {
    const pid = await bystander(t);
    const identity = identityOf(pid);
    assert.ok(identity);
    const outcome = await endTrees({
      roots: () => [{ ...identity, startTime: '1' }, NOBODY],
      isTheirs: () => false,
    });
    assert.deepEqual([outcome.level, outcome.ended], ['none', 0]);
    assert.deepEqual(identityOf(pid), identity);
  });

  test('spares what it runs in, and says so', async (t) => {
    const program = fixturePath('processes/endsItsOwnTree.ts');
    const script = '"$1" --import tsx "$2"; echo "still here"';
    const args = ['-c', script, 'sh', process.execPath, program];
    const shell = spawn('/bin/sh', args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => shell.kill('SIGKILL'));
    let printed = '';
    shell.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await once(shell, 'close');
    const [outcome = '', after] = printed.split('\n');
    const { root, survivors } = JSON.parse(outcome) as { root: number; survivors: number[] };
    assert.equal(root, shell.pid);
    assert.deepEqual(survivors, [shell.pid]);
    assert.equal(after, 'still here');
  });
});
