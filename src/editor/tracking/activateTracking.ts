import { join } from 'node:path';
import * as vscode from 'vscode';
import { resolveHome } from '../../brokerApi/home.ts';
import { systemClock } from '../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { userFolderOf } from '../../hostConfigs/hostConfigFile.ts';
import type { BrokerLink } from '../brokerLink.ts';
import { distFolderOf } from '../ownProgram.ts';
import { setting } from '../setting.ts';
import { Consent } from './consent.ts';
import { FileMemory } from './fileMemory.ts';
import { findServers } from './findServers.ts';
import { HttpFrontKeeper } from './httpFrontKeeper.ts';
import { InputAnswers } from './inputAnswers.ts';
import { ObstacleTeller } from './obstacleTeller.ts';
import { Originals } from './originals.ts';
import { planRoutes } from './planRoutes.ts';
import { RouteKeeper } from './routeKeeper.ts';
import { sampleServer } from './sampleServer.ts';
import { TrackedServers } from './trackedServers.ts';
import type { TrackingContext } from './trackingContext.ts';
import { trackServer } from './trackServer.ts';
import { trySample } from './trySample.ts';
import { PROVIDER_ID, TwinProvider } from './twinProvider.ts';
import { untrackServer } from './untrackServer.ts';
import { watchServers } from './watchServers.ts';

/** Publishes the tracked servers of this window, and lets people choose them. */
export function activateTracking(
  context: vscode.ExtensionContext,
  link: BrokerLink,
  log: Log,
): Disposable {
  const store = new DisposableStore();
  const userFolder = userFolderOf(context.globalStorageUri.fsPath);
  const tracking = trackingContext(context, { link, log, userFolder });
  const { keeper } = tracking;
  store.add(keeper);
  store.add(serveOverHttp(link, log));
  const teller = new ObstacleTeller(tracking);
  store.add(keeper.onDidLook((waiting) => teller.tell(waiting)));
  store.add(keeper.onDidLook(() => void showTracking(keeper.routes.length > 0)));
  const { workspaceId } = link;
  const distFolder = distFolderOf(context);
  const provider = store.add(new TwinProvider({ keeper, workspaceId, distFolder, log }));
  store.add(vscode.lm.registerMcpServerDefinitionProvider(PROVIDER_ID, provider));
  store.add(command('trackServer', trackServer, tracking));
  store.add(command('untrackServer', untrackServer, tracking));
  store.add(command('trySample', trySample, tracking));
  store.add(watchServers(userFolder, () => keeper.lookSoon()));
  // After the activation, which has to be fast.
  store.add(systemClock.after(0, () => void keeper.whenLooked()));
  return store;
}

/** At the port that a setting names, if any. */
function serveOverHttp(link: BrokerLink, log: Log): Disposable {
  const store = new DisposableStore();
  const port = () => setting<number>('httpFront.port') ?? 0;
  const front = store.add(new HttpFrontKeeper({ link, paths: resolveHome(), log, port }));
  store.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('mcpTaskHandles.httpFront')) void front.apply();
    }),
  );
  return store;
}

interface Parts {
  readonly link: BrokerLink;
  readonly log: Log;
  readonly userFolder: string;
}

function trackingContext(
  context: vscode.ExtensionContext,
  { link, log, userFolder }: Parts,
): TrackingContext {
  const storage = context.globalStorageUri.fsPath;
  const memory = new FileMemory(join(storage, 'workspaces', `${link.workspaceId ?? 'none'}.json`));
  const tracked = new TrackedServers(memory);
  const consent = new Consent(memory);
  const answers = new InputAnswers(context.secrets, link.workspaceId);
  const originals = new Originals(join(storage, 'backups'));
  const sample = sampleServer({
    program: join(distFolderOf(context), 'sample.js'),
    execPath: process.execPath,
    isElectron: process.versions.electron !== undefined,
    platform: process.platform,
  });
  const find = () => findServers({ userFolder, sample });
  const warn = warnOnce(log);
  const keeper = new RouteKeeper({
    link,
    log,
    plan: async () => {
      const findings = await find();
      for (const problem of findings.problems) warn(problem);
      return planRoutes({ chosen: tracked.all(), findings, consent, answers, warn });
    },
  });
  return { tracked, consent, answers, originals, keeper, log, find };
}

/** Everything is looked at again and again; the log needs each line once. */
function warnOnce(log: Log): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (told.has(line)) return;
    told.add(line);
    log.write('warn', line);
  };
}

function command(
  name: string,
  run: (context: TrackingContext) => Promise<void>,
  context: TrackingContext,
): Disposable {
  return vscode.commands.registerCommand(`mcpTaskHandles.${name}`, async () => {
    try {
      await run(context);
    } catch (error) {
      context.log.write('error', `${name}: ${messageOf(error)}`, error);
      void vscode.window.showErrorMessage(messageOf(error));
    }
  });
}

/** The empty view tells whether tracking is on. */
function showTracking(isTracking: boolean): Thenable<void> {
  return vscode.commands.executeCommand('setContext', 'mcpTaskHandles.isTracking', isTracking);
}
