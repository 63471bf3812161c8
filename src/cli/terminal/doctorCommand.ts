import { ControlClient } from '../../brokerApi/controlClient.ts';
import type { Finding } from '../../brokerApi/finding.ts';
import type { Link } from '../../brokerApi/greeting.ts';
import { adminState } from '../../doctor/adminState.ts';
import { deadLedgers } from '../../doctor/deadLedgers.ts';
import { endpointState } from '../../doctor/endpointState.ts';
import { type Examination, examine, type Look } from '../../doctor/examination.ts';
import { homeState } from '../../doctor/homeState.ts';
import { leftProcesses, ownerGone } from '../../doctor/leftProcesses.ts';
import { oldVersions } from '../../doctor/oldVersions.ts';
import { refusalState } from '../../doctor/refusalState.ts';
import { temporaryFiles } from '../../doctor/temporaryFiles.ts';
import { ExitCode } from '../exitCode.ts';
import { findingTable } from './findingTable.ts';
import type { Terminal } from './terminal.ts';

/** A broker that was stopped still owns its home: only what is nobody's is looked for beside it. */
const BESIDE_A_BROKER: readonly Examination[] = [leftProcesses(ownerGone)];
const WITHOUT_A_BROKER: readonly Examination[] = [
  ...BESIDE_A_BROKER,
  deadLedgers,
  temporaryFiles,
  oldVersions,
];

/** Looks for what is left behind or wrong; starts no broker, and asks the one that runs. */
export async function doctorCommand(terminal: Terminal): Promise<ExitCode> {
  const { mend, json } = terminal.options;
  const { findings, pid } = await lookOver({ paths: terminal.paths, mend });
  const isWrong = findings.some(({ outcome }) => outcome === 'left' || outcome === 'cannot');
  if (json) terminal.printJson({ home: terminal.paths.root, broker: pid, findings });
  else tell(terminal, findings);
  return isWrong ? ExitCode.failed : ExitCode.done;
}

async function lookOver(look: Look): Promise<{ findings: Finding[]; pid: number | null }> {
  const home = await homeState(look);
  const { link, isOwned, findings } = await endpointState(look);
  const alone = isOwned ? BESIDE_A_BROKER : WITHOUT_A_BROKER;
  const more = link === null ? await examine(alone, look) : await askBroker(link, look);
  return {
    findings: [...home, ...adminState(), ...refusalState(look), ...findings, ...more],
    pid: link?.welcome.pid ?? null,
  };
}

async function askBroker(link: Link, { mend }: Look): Promise<readonly Finding[]> {
  const client = new ControlClient(link);
  try {
    return (await client.request('doctor/run', { mend })).findings;
  } finally {
    client.dispose();
  }
}

function tell(terminal: Terminal, findings: readonly Finding[]): void {
  const { root } = terminal.paths;
  if (findings.length === 0) terminal.print(`Nothing is left behind in ${root}.`);
  else terminal.print(findingTable(findings));
  if (findings.some(({ outcome }) => outcome === 'left')) terminal.say('doctor --mend mends it.');
}
