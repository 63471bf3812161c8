import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { auditDraftOf, BROKER_PRINCIPAL } from '../../../src/registry/auditDrafts.ts';
import { settleAudit } from '../../../src/registry/settleAudit.ts';
import type { TaskEvent } from '../../../src/registry/taskEvent.ts';
import { registryStage } from '../../support/registryStage.ts';
import { settle } from '../../support/settle.ts';
import { aDraft, aTask } from '../../support/taskRecords.ts';

const COMPLETED: TaskEvent = { type: 'completed', isError: false, resultJson: '{}' };
const BY_PERSON = {
  door: 'user',
  client: { name: 'editor', version: '1' },
  conversationId: null,
  user: 'ann',
} as const;

suite('registry: audit', () => {
  test('P8 every change has a row, in its order, with who made it', async (t) => {
    const { registry, audit } = registryStage(t);
    const { handle } = await registry.create(aDraft());
    await registry.apply(handle, { type: 'revoked', by: 'user', note: 'enough' }, BY_PERSON);
    await registry.apply(handle, { type: 'revocationEnded', level: 'killed', note: null });
    assert.deepEqual(
      audit.rows.map(({ action, principal, reason, level, revision }) => [
        action,
        principal.door,
        reason,
        level,
        revision,
      ]),
      [
        ['created', 'agent', null, null, 1],
        ['revoked', 'user', 'enough', null, 2],
        ['revocation_ended', 'broker', null, 'killed', 3],
      ],
    );
    assert.deepEqual(audit.rows[1]?.principal, BY_PERSON);
  });

  test('P8 the row is there before the record is written and the change shows', async (t) => {
    const { registry, audit, store } = registryStage(t);
    const { handle } = await registry.create(aDraft());
    const release = store.hold();
    const applied = registry.apply(handle, COMPLETED);
    await settle();
    assert.equal(audit.rows.at(-1)?.action, 'completed');
    assert.equal(registry.get(handle)?.status, 'working');
    release();
    await applied;
  });

  test('P8 without a trail there is no handle', async (t) => {
    const { registry, audit, store } = registryStage(t);
    audit.failure = new TaskHandlesError('store_failed', 'The disk is full.');
    await assert.rejects(registry.create(aDraft()), { code: 'store_failed' });
    assert.deepEqual([registry.size, store.records.size], [0, 0]);
  });

  test('P8 a handle that could not be written is said to be not recorded', async (t) => {
    const { registry, audit, store } = registryStage(t);
    store.fail();
    await assert.rejects(registry.create(aDraft()), { code: 'store_failed' });
    assert.deepEqual(
      audit.rows.map(({ action, outcome }) => [action, outcome]),
      [
        ['created', 'done'],
        ['created', 'not_recorded'],
      ],
    );
  });

  test('P8 a change that the disk delays has one row', async (t) => {
    const { registry, audit, store, clock } = registryStage(t);
    const { handle } = await registry.create(aDraft());
    store.fail();
    const applied = registry.apply(handle, COMPLETED);
    await settle();
    clock.advance(100);
    await settle();
    store.heal();
    clock.advance(200);
    await applied;
    assert.equal(audit.rows.filter(({ action }) => action === 'completed').length, 1);
  });

  test('P8 progress alone leaves no row', async (t) => {
    const { registry, audit, clock } = registryStage(t);
    const { handle } = await registry.create(aDraft());
    registry.tick(handle, { progress: 1, total: 2, message: null });
    clock.advance(5_000);
    await registry.flush();
    assert.equal(audit.rows.length, 1);
  });

  test('P8 after a crash a row without its change is answered', async (t) => {
    const { registry, audit, store } = registryStage(t);
    const kept = aTask({ revision: 3 });
    const ahead = aTask({ revision: 3 });
    const never = aTask({ revision: 1 });
    for (const record of [kept, ahead]) store.records.set(record.handle, record);
    const rowOf = (after: typeof kept, event: TaskEvent | { type: 'created' }) =>
      audit.append(auditDraftOf({ before: null, after, event, principal: BROKER_PRINCIPAL }));
    await rowOf(kept, COMPLETED);
    await rowOf({ ...ahead, revision: 4 }, COMPLETED);
    await rowOf(never, { type: 'created' });
    await registry.load();
    await settleAudit(registry, audit);
    await settleAudit(registry, audit);
    assert.deepEqual(
      audit.rows.slice(3).map(({ handle, outcome }) => [handle, outcome]),
      [
        [ahead.handle, 'not_recorded'],
        [never.handle, 'not_recorded'],
      ],
    );
  });

  test('P8 a revocation that comes too late is noted as such', async (t) => {
    const { registry, audit } = registryStage(t);
    const { handle } = await registry.create(aDraft());
    await registry.apply(handle, COMPLETED);
    await registry.auditRefusal(handle, { type: 'revoked', by: 'user', note: null }, BY_PERSON);
    const row = audit.rows.at(-1);
    assert.deepEqual([row?.action, row?.outcome], ['revoked', 'already_ended']);
  });
});
