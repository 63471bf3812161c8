import type { ControlConnection } from '../controlConnection.ts';
import type { AdminPolicy } from './adminPolicy.ts';

/** Registers what tells clients what an administrator has locked. */
export function handleLockRequests(connection: ControlConnection, policy: AdminPolicy): void {
  connection.handle('locks/watch', () => {
    const changes = policy.onDidChange(() =>
      connection.notify('locks/changed', { locks: policy.locks }),
    );
    connection.onClose(() => changes.dispose());
    return { locks: policy.locks };
  });
}
