import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { BrokerHome } from '../../support/brokerHome.ts';

const SHORT_MS = 1_500;
/** Time for a broker to start and to tell who owns the home. */
const START_MS = 8_000;

suite('stopped broker', () => {
  test('is reported with its pid, not replaced', async (t) => {
    const home = await BrokerHome.make(t);
    const client = await home.open(t);
    const pid = home.signal('SIGSTOP');
    await assert.rejects(home.open(t, { timeoutMs: SHORT_MS }), (error) => {
      assert.ok(TaskHandlesError.is(error, 'no_broker'));
      assert.equal(
        error.message,
        `The broker (pid ${pid}) does not answer; it may be stopped: \`kill -CONT ${pid}\`, or end it with \`kill ${pid}\`.`,
      );
      return true;
    });
    assert.deepEqual(home.pids(), [pid]);
    assert.equal(home.owner().number, 1);
    home.signal('SIGCONT');
    assert.equal((await client.request('broker/status', {})).pid, pid);
    assert.equal((await home.open(t)).welcome.pid, pid);
  });

  test('is reported also when its endpoint is gone', async (t) => {
    const home = await BrokerHome.make(t);
    await home.open(t);
    const pid = home.signal('SIGSTOP');
    home.removeEndpoint();
    await assert.rejects(home.open(t, { timeoutMs: START_MS }), (error) => {
      assert.ok(TaskHandlesError.is(error, 'no_broker'), String(error));
      assert.match(error.message, new RegExp(`^The broker \\(pid ${pid}\\) does not answer`));
      return true;
    });
    home.signal('SIGCONT');
    assert.equal((await home.open(t)).welcome.pid, pid, 'it writes its endpoint anew');
  });
});
