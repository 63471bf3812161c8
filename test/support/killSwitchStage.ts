import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createWorkGate } from '../../src/broker/authority/workGate.ts';
import { WorkRefusals } from '../../src/broker/authority/workRefusals.ts';
import { KillSwitch, type RevokeAll } from '../../src/broker/ending/killSwitch.ts';
import { NO_AUTHORITY } from '../../src/proxy/authority.ts';
import { ProxyStage } from './proxyStage.ts';
import { revokerOf } from './revokerStage.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A person presses the kill switch. */
export const BY_USER = {
  door: 'user',
  note: 'enough',
  principal: { door: 'user', client: null, conversationId: null, user: 'ada' },
} as const;
export const EVERYTHING: RevokeAll = { ...BY_USER, scope: { kind: 'everything' } };

/** A proxy of the test's own with a kill switch over it. */
export async function switchStage(t: TestContext) {
  const stage = new ProxyStage();
  const { registry, calls, audit, clock, context } = stage;
  const { log, unended } = context;
  const home = await temporaryFolder(t);
  const folder = join(home, 'refusals');
  const refusals = new WorkRefusals({ folder, audit, clock, log });
  const revoker = revokerOf(stage);
  const panics = join(home, 'panics');
  const switching = { registry, calls, revoker, refusals, unended, panics, clock, log };
  const killSwitch = new KillSwitch(switching);
  t.after(() => killSwitch.dispose());
  stage.authority = {
    ...NO_AUTHORITY,
    ...createWorkGate({ killSwitch, refusals, clock: stage.clock }),
  };
  return { stage, refusals, revoker, killSwitch, folder };
}

/** Lets time pass until it is done: ladders wait for their servers. */
export async function through<T>(stage: ProxyStage, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await stage.passTime(100);
  }
  return await done;
}
