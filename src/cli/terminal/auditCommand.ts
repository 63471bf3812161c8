import { auditPages, type ReadAuditPage } from '../../brokerApi/auditPages.ts';
import type { ControlClient } from '../../brokerApi/controlClient.ts';
import type { AuditRow } from '../../registry/auditTrail.ts';
import type { HandleId } from '../../registry/taskRecord.ts';
import { ExitCode } from '../exitCode.ts';
import { auditLine } from './auditText.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';

const HANDLE = /^th_[a-z2-7]{26}$/;

/** Who did what to which task, and when; with `--verify`, whether the trail is whole. */
export async function auditCommand(terminal: Terminal): Promise<ExitCode> {
  const { operands, verify } = terminal.options;
  const [handle] = operands;
  if (handle !== undefined && !isHandle(handle)) throw noSuchHandle(handle);
  if (!terminal.mayHoldTasks) return printEmpty(terminal);
  return terminal.withBroker((client) =>
    verify ? verifyTrail(terminal, client) : printTrail(terminal, client, handle),
  );
}

function printEmpty(terminal: Terminal): ExitCode {
  if (terminal.options.json) terminal.printJson([]);
  else terminal.print('No rows.');
  return ExitCode.done;
}

async function printTrail(
  terminal: Terminal,
  client: ControlClient,
  handle: HandleId | undefined,
): Promise<ExitCode> {
  const all: AuditRow[] = [];
  const read: ReadAuditPage = (query) => client.request('audit/read', query);
  for await (const rows of auditPages(read, handle === undefined ? {} : { handle })) {
    if (terminal.options.json) all.push(...rows);
    else for (const row of rows) terminal.print(auditLine(row));
  }
  if (terminal.options.json) terminal.printJson(all);
  return ExitCode.done;
}

async function verifyTrail(terminal: Terminal, client: ControlClient): Promise<ExitCode> {
  const { faults } = await client.request('audit/verify', {});
  if (terminal.options.json) terminal.printJson(faults);
  else if (faults.length === 0) terminal.print('The audit trail is whole.');
  for (const { file, line, problem } of faults) terminal.say(`${file}:${line}: ${problem}`);
  return faults.length === 0 ? ExitCode.done : ExitCode.failed;
}

function isHandle(text: string): text is HandleId {
  return HANDLE.test(text);
}
