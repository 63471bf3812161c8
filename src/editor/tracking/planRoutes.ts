import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ServerDefinition } from '../../brokerApi/brokerProtocol.ts';
import { parseHttpDefinition } from '../../brokerApi/parseHttpDefinition.ts';
import { entryHash } from '../../hostConfigs/entryHash.ts';
import { resolveEntry } from '../../hostConfigs/resolveEntry.ts';
import { resolveRemote } from '../../hostConfigs/resolveRemote.ts';
import type { VariableContext } from '../../hostConfigs/resolveVariables.ts';
import { isRemote, type ServerEntry } from '../../hostConfigs/serverEntry.ts';
import type { ActiveRoute, Obstacle, RoutePlan, Waiting } from './activeRoute.ts';
import type { Consent } from './consent.ts';
import { namedFolders } from './findServers.ts';
import {
  type Findings,
  type FoundServer,
  isTrackable,
  type TrackableServer,
} from './foundServer.ts';
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
  if (!isTrackable(found)) {
    const problem = 'reason' in found.server ? found.server.reason : '';
    return { kind: 'problem', found, problem };
  }
  if (!consent.has(found)) return { kind: 'consent', found };
  if (await answers.lacks(found)) return { kind: 'input', found };
  const { entry } = found.server;
  const resolution = await resolved(entry, variableContext(found, answers));
  for (const line of resolution.warnings) warn(`server \`${found.name}\`: ${line}`);
  const { definition, problems } = resolution;
  if (definition === undefined) return { kind: 'problem', found, problem: problems.join(' ') };
  const { route } = tracked;
  const settings = vscode.workspace.getConfiguration('mcpTaskHandles');
  const policy = routePolicy(policySettings(settings), entry.written);
  return {
    route,
    label: twinLabel(route, findings.servers),
    version: entryHash(entry, found.inputs).slice(0, 12),
    definition: { name: route, definition, policy },
  };
}

interface Resolved {
  readonly definition?: ServerDefinition;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

async function resolved(entry: ServerEntry, context: VariableContext): Promise<Resolved> {
  if (!isRemote(entry)) {
    const { resolved: definition, ...told } = await resolveEntry(entry, context);
    return { ...told, ...(definition !== undefined && { definition }) };
  }
  const { resolved: remote, problems } = await resolveRemote(entry, context);
  if (remote === undefined) return { problems, warnings: [] };
  // The broker would refuse it, and every other server of the window with it.
  const definition = parseHttpDefinition({ ...remote });
  if (typeof definition === 'string') return { problems: [`${definition}.`], warnings: [] };
  return { definition, problems, warnings: [] };
}

function policySettings(settings: vscode.WorkspaceConfiguration): unknown {
  return Object.fromEntries(POLICY_SETTINGS.map((name) => [name, settings.get(name)]));
}

function variableContext(found: TrackableServer, answers: InputAnswers): VariableContext {
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
