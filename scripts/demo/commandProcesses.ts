import { execFileSync } from 'node:child_process';
import {
  allProcesses,
  isSameProcess,
  type ProcessFacts,
} from '../../test/support/editorHost/markedProcesses.ts';

function fromPs(): ProcessFacts[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: 0,
      startTicks: 0,
      command,
      environment: '',
    };
  });
}

/** Every process whose command line has the text. */
export function commandProcesses(text: string): ProcessFacts[] {
  const all = process.platform === 'linux' ? allProcesses() : fromPs();
  return all.filter(({ pid, command }) => command.includes(text) && pid !== process.pid);
}

export function whichLive(processes: readonly ProcessFacts[]): ProcessFacts[] {
  if (process.platform === 'linux') return processes.filter(isSameProcess);
  const living = new Set(fromPs().map(({ pid }) => pid));
  return processes.filter(({ pid }) => living.has(pid));
}

export function describe(processes: readonly ProcessFacts[]): string {
  return processes.map(({ pid, command }) => `- ${pid}: \`${command}\``).join('\n');
}
