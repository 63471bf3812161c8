import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import { leftProcesses, ownerGone } from '../../../src/doctor/leftProcesses.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import { leftProcess, markOf } from '../../support/leftProcess.ts';
import { waitUntilGone } from '../../support/processes.ts';

const LOOK_AGAIN_MS = 50;
const look = (mend: boolean) => ({ paths: resolveHome({ home: '/nowhere' }), mend });

/** A mark of a kind that no broker reads, so that none which starts meanwhile ends its bearer. */
let lastMark = 0;
function ownMark(): string {
  lastMark += 1;
  return `doctor-test-${process.pid}-${lastMark}:u1`;
}

if (process.platform === 'linux') {
  suite('processes that nobody owns', () => {
    test('P13 are told with their reason, and ended when asked; others are not looked at', async (t) => {
      const [mark, other] = [ownMark(), ownMark()];
      const pid = await leftProcess(t, mark);
      const spared = await leftProcess(t, other);
      const examine = leftProcesses(
        (owner) => (owner === mark ? 'Nobody owns it.' : null),
        LOOK_AGAIN_MS,
      );
      const [told, ...more] = await examine(look(false));
      assert.deepEqual(more, []);
      assert.equal(told?.kind, 'orphan_process');
      assert.equal(told?.outcome, 'left');
      assert.ok(told?.what.startsWith(`Process ${pid} (`), told?.what);
      assert.equal(told?.why, 'Nobody owns it.');
      assert.notEqual(identityOf(pid), null, 'nothing is ended unasked');
      const [mended] = await examine(look(true));
      assert.equal(mended?.outcome, 'mended');
      await waitUntilGone([pid], 0);
      assert.notEqual(identityOf(spared), null);
      assert.deepEqual(await examine(look(true)), []);
    });

    test('are none if they end before the second look, or are owned by then', async (t) => {
      const [ending, owned] = [ownMark(), ownMark()];
      const pid = await leftProcess(t, ending);
      await leftProcess(t, owned);
      let asked = 0;
      const examine = leftProcesses((owner) => {
        if (owner === ending) process.kill(pid, 'SIGKILL');
        if (owner === owned) asked += 1;
        return owner === ending || (owner === owned && asked === 1) ? 'left' : null;
      }, 500);
      assert.deepEqual(await examine(look(true)), []);
    });

    test('a living owner’s are owned, a dead one’s are not, and a mark that says nothing is', () => {
      const self = identityOf(process.pid);
      assert.ok(self);
      assert.equal(ownerGone(markOf(self, 'u1')), null);
      assert.equal(ownerGone('somebody-else:u1'), null);
      const before = { ...self, startTime: `${Number(self.startTime) - 1}` };
      assert.match(ownerGone(markOf(before, 'u1')) ?? '', new RegExp(`pid ${process.pid}`));
    });
  });
}
