import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { entryHash } from '../../hostConfigs/entryHash.ts';
import { resolveEntry } from '../../hostConfigs/resolveEntry.ts';
import type { VariableContext } from '../../hostConfigs/resolveVariables.ts';
import type { ActiveRoute, Obstacle, RoutePlan, Waiting } from './activeRoute.ts';
import type { Consent } from './consent.ts';
import { namedFolders } from './findServers.ts';
import { type Findings, type FoundServer, type FoundStdioServer, isStdio } from './foundServer.ts';
import type { InputAnswers } from './inputAnswers.ts';
import { POLICY_SETTINGS, routePolicy } from './routePolicy.ts';
import { isSameSource, type TrackedServer } from './trackedServers.ts';
import { twinLabel } from './twinCommand.ts';
import { wantedServers } from './wantedServers.ts';

export interface PlanOptions {
  readonly chosen: readonly TrackedServer[];
  readonly findings: Findings;
  readonly consent: Consent;
  readonly answers: InputAnswers;
  /** What is said of a server that starts although something was left out. */
  readonly warn: (line: string) => void;
}

/** Decides for every tracked server whether it is ready, and asks nobody. */
export async function planRoutes(options: PlanOptions): Promise<RoutePlan> {
  const { chosen, findings, warn } = options;
  const routes: ActiveRoute[] = [];
  const waiting: Waiting[] = [];
  const { wanted, problems } = wantedServers(chosen, findings.servers);
  for (const problem of problems) warn(problem);
  for (const { tracked, found } of wanted) {
    const outcome =
      found === undefined ? absence(tracked, findings) : await routeOf(tracked, found, options);
    if ('kind' in outcome) waiting.push({ tracked, obstacle: outcome });
    else routes.push(outcome);
  }
  return { routes, waiting };
}

function absence({ source }: TrackedServer, { unreadable }: Findings): Obstacle {
  const place = unreadable.find((one) => isSameSource(one.source, source));
  return place === undefined ? { kind: 'vanished' } : { kind: 'unreadable', place };
}

async function routeOf(
  tracked: TrackedServer,
  found: FoundServer,
  { findings, consent, answers, warn }: PlanOptions,
): Promise<ActiveRoute | Obstacle> {
  if (!isStdio(found)) {
    const problem = found.server.kind === 'stdio' ? '' : found.server.reason;
    return { kind: 'problem', found, problem };
  }
  if (!consent.has(found)) return { kind: 'consent', found };
  if (await answers.lacks(found)) return { kind: 'input', found };
  const { entry } = found.server;
  const resolution = await resolveEntry(entry, variableContext(found, answers));
  for (const line of resolution.warnings) warn(`server \`${found.name}\`: ${line}`);
  const { resolved, problems } = resolution;
  if (resolved === undefined) return { kind: 'problem', found, problem: problems.join(' ') };
  const { route } = tracked;
  const settings = vscode.workspace.getConfiguration('mcpTaskHandles');
  const policy = routePolicy(policySettings(settings), entry.written);
  return {
    route,
    label: twinLabel(route, findings.servers),
    version: entryHash(entry, found.inputs).slice(0, 12),
    definition: { name: route, definition: resolved, policy },
  };
}

function policySettings(settings: vscode.WorkspaceConfiguration): unknown {
  return Object.fromEntries(POLICY_SETTINGS.map((name) => [name, settings.get(name)]));
}

function variableContext(found: FoundStdioServer, answers: InputAnswers): VariableContext {
  return {
    folder: found.folder,
    folders: namedFolders(),
    userHome: homedir(),
    env: process.env,
    hasPlainEnv: found.source.kind === 'root',
    input: (id) => answers.get(found, id),
    config: (key) => {
      const value: unknown = vscode.workspace.getConfiguration().get(key);
      const isText = ['string', 'number', 'boolean'].includes(typeof value);
      return isText ? String(value) : undefined;
    },
    command: async (id) => {
      const answer: unknown = await vscode.commands.executeCommand(id);
      return typeof answer === 'string' ? answer : undefined;
    },
  };
}
