import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { ENV_OWNER } from '../../src/common/product.ts';
import type { ProcessIdentity } from '../../src/processes/ownedProcess.ts';

/** The owner mark of an upstream of the broker that is (or was) this process. */
export function markOf(
  { pid, startTime }: Pick<ProcessIdentity, 'pid' | 'startTime'>,
  upstream: string,
): string {
  return `${pid}-${Buffer.from(startTime ?? '').toString('hex')}:${upstream}`;
}

/** A process in a session of its own with this owner mark: no guard reaches it. Ended with the test. */
export async function leftProcess(t: TestContext, owner: string): Promise<number> {
  // It becomes no other program: one that just does shows no environment.
  const child = spawn('/bin/sh', ['-c', 'echo ready; read -r _'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, [ENV_OWNER]: owner },
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}
