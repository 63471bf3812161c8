import type { Clock } from '../../common/clock.ts';
import { DisposableStore } from '../../common/disposable.ts';

/** A healthy disk takes milliseconds. */
const RECORD_WAIT_MS = 500;

/**
 * Whether it is on record soon: a disk that does not answer delays what we tell, never the end of the
 * work (P6). Rejects as `written` does, if that is soon enough.
 */
export async function isRecordedSoon(written: Promise<unknown>, clock: Clock): Promise<boolean> {
  const resources = new DisposableStore();
  const late = new Promise<boolean>((resolve) => {
    resources.add(clock.after(RECORD_WAIT_MS, () => resolve(false)));
  });
  try {
    return await Promise.race([written.then(() => true), late]);
  } finally {
    resources.dispose();
  }
}
