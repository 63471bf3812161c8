import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { homedir } from 'node:os';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { childEnvironment } from './childEnvironment.ts';
import { Guard } from './guard.ts';
import { GuardedTree } from './guardedTree.ts';
import { guardedLaunch } from './guardScript.ts';
import { nextLimitMark } from './limitMark.ts';
import type { OwnedProcess, ProcessDefinition, ProcessIdentity } from './ownedProcess.ts';
import { type PipedChild, PipedProcess } from './pipedProcess.ts';
import { bootId, identityOf } from './processIdentity.ts';
import { resolveCommand } from './resolveCommand.ts';
import { windowsCommandLine } from './windowsCommandLine.ts';
import { WindowsTree } from './windowsTree.ts';

/** Never one from a PATH: whatever is called so there would get the upstream's secrets. */
const BASHES = ['/bin/bash', '/usr/bin/bash'];

interface Launch {
  readonly definition: ProcessDefinition;
  readonly file: string;
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/**
 * Starts a process whose whole tree ends with us. Rejects with `command_not_found`,
 * `invalid_definition` or `upstream_start_failed`; a command that starts and exits at once is no
 * failure to start, but an exit that tells why.
 */
export async function startOwnedProcess(definition: ProcessDefinition): Promise<OwnedProcess> {
  const cwd = definition.cwd ?? homedir();
  const file = await resolveCommand(definition, cwd);
  const env = childEnvironment(definition.env, definition.owner);
  const launch = { definition, file, cwd, env };
  try {
    return await (process.platform === 'win32' ? startOnWindows(launch) : startGuarded(launch));
  } catch (error) {
    const message = `\`${definition.command}\` could not be started (${messageOf(error)}); check the server's definition.`;
    throw new TaskHandlesError('upstream_start_failed', message, { cause: error });
  }
}

/** A shell becomes the upstream once it has left a guard behind in the new group. */
async function startGuarded({ definition, file, cwd, env }: Launch): Promise<OwnedProcess> {
  const limitMark = process.platform === 'linux' ? nextLimitMark() : null;
  const bash = BASHES.find((path) => existsSync(path));
  const launch = guardedLaunch([file, ...definition.args], { env, limitMark, bash });
  const { shell, args, feed } = launch;
  const child = spawn(shell, args, {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const { piped, pid } = await started(child);
  const pipe = child.stdio[3];
  if (!(pipe instanceof Socket)) throw new Error('the pipe to its guard is missing');
  const upstream = identityAtStart(pid);
  const guard = new Guard(pipe, feed);
  const tree = new GuardedTree({ upstream, owner: definition.owner, limitMark, guard });
  return new PipedProcess(piped, upstream, tree);
}

async function startOnWindows({ definition, file, cwd, env }: Launch): Promise<OwnedProcess> {
  const line = windowsCommandLine(file, definition.args);
  const child = spawn(line.file, line.args, {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    windowsVerbatimArguments: line.isVerbatim,
  });
  const { piped, pid } = await started(child);
  return new PipedProcess(piped, identityAtStart(pid), new WindowsTree(child, pid));
}

async function started(child: ChildProcess): Promise<{ piped: PipedChild; pid: number }> {
  if (child.pid === undefined) await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined || !isPiped(child)) throw new Error('its pipes are missing');
  return { piped: child, pid };
}

/** It may have come and gone already. */
function identityAtStart(pid: number): ProcessIdentity {
  return identityOf(pid) ?? { pid, startTime: null, bootId: bootId() };
}

function isPiped(child: ChildProcess): child is PipedChild {
  return child.stdin !== null && child.stdout !== null && child.stderr !== null;
}
