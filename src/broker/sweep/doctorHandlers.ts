import type { ControlConnection } from '../controlConnection.ts';
import type { Sweeper } from './sweeper.ts';

/** Registers what `doctor` asks of a broker. */
export function handleDoctorRequests(
  connection: ControlConnection,
  sweeper: Pick<Sweeper, 'run'>,
): void {
  connection.handle('doctor/run', async ({ mend }) => ({
    findings: await sweeper.run({ mend: mend === true }),
  }));
}
