import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { BrokerLog, type BrokerLogOptions } from '../../../src/broker/brokerLog.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

async function logIn(t: TestContext, options: Partial<BrokerLogOptions> = {}) {
  const path = join(await temporaryFolder(t), 'log', 'broker.log');
  const log = new BrokerLog({ path, now: () => 0, ...options });
  t.after(() => log.dispose());
  return { log, path };
}

suite('broker log', () => {
  test('a line is on disk, in memory and told at once', async (t) => {
    const { log, path } = await logIn(t);
    const told: string[] = [];
    log.onLine((line) => told.push(line.message));
    log.write('warn', 'Something', new Error('a cause\nwith a stack'));
    const message = 'Something (a cause)';
    assert.equal(readFileSync(path, 'utf8'), `1970-01-01T00:00:00.000Z warn ${message}\n`);
    assert.deepEqual(log.lines, [{ time: '1970-01-01T00:00:00.000Z', level: 'warn', message }]);
    assert.deepEqual(told, [message]);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test('untrusted text stays on its line', async (t) => {
    const { log } = await logIn(t);
    log.write('info', 'a\r\nb\u001b[2Jc\u009b');
    log.write('info', 'x'.repeat(100_000));
    assert.equal(log.lines[0]?.message, 'a b [2Jc ');
    assert.ok((log.lines[1]?.message.length ?? 0) < 5_000);
  });

  test('three files are kept, each within the limit', async (t) => {
    const { log, path } = await logIn(t, { limitBytes: 1_000 });
    for (let line = 0; line < 200; line++) log.write('info', `line ${line}`);
    const folder = join(path, '..');
    assert.deepEqual(readdirSync(folder).sort(), ['broker.1.log', 'broker.2.log', 'broker.log']);
    for (const name of readdirSync(folder)) {
      assert.ok(statSync(join(folder, name)).size <= 1_000);
    }
    assert.match(readFileSync(path, 'utf8'), /line 199\n$/);
  });

  test('a log goes on in the file of the broker before', async (t) => {
    const { log, path } = await logIn(t);
    log.write('info', 'first');
    const next = new BrokerLog({ path, limitBytes: 60 });
    t.after(() => next.dispose());
    next.write('info', 'second');
    next.write('info', 'third');
    assert.match(readFileSync(path.replace('.log', '.1.log'), 'utf8'), /first\n.*second\n$/);
  });

  test('a disk that takes nothing stops nothing', async (t) => {
    const { log, path } = await logIn(t);
    mkdirSync(path, { recursive: true });
    log.write('error', 'still told');
    assert.equal(log.lines.length, 1);
  });

  test('memory keeps the last 500 lines', async (t) => {
    const { log } = await logIn(t);
    for (let line = 0; line < 600; line++) log.write('info', String(line));
    assert.equal(log.lines.length, 500);
    assert.equal(log.lines[0]?.message, '100');
  });
});
