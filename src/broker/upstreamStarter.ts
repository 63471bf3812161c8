import { isHttpDefinition } from '../brokerApi/brokerProtocol.ts';
import type { ProcessLedger } from '../brokerApi/processLedger.ts';
import { messageOf } from '../common/errors.ts';
import { NEVER } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import type { EndOutcome, OwnedProcess } from '../processes/ownedProcess.ts';
import { startOwnedProcess } from '../processes/startOwnedProcess.ts';
import { openHttpChannel } from '../proxy/upstream/http/httpChannel.ts';
import type {
  ProcessPause,
  StartUpstream,
  UpstreamChannel,
  UpstreamEnding,
} from '../proxy/upstream/upstreamChannel.ts';

export interface StarterOptions {
  /** Marks what this broker owns. */
  readonly broker: string;
  readonly ledger: ProcessLedger;
  readonly log: Log;
  /** Asked before an upstream's exit is told of: it may have been ended past us. */
  readonly beforeExit: () => void;
}

/** Puts a guarded process, or a connection to a remote server, behind the proxy's port. */
export function upstreamStarter(options: StarterOptions): StartUpstream {
  const { broker, log, beforeExit } = options;
  return async (definition, { id, route, resume }): Promise<UpstreamChannel> => {
    if (isHttpDefinition(definition)) {
      return await openHttpChannel(definition, { log, ...(resume !== undefined && { resume }) });
    }
    const child = await startOwnedProcess({ ...definition, owner: `${broker}:${id}` });
    record(child, { ...options, id, route });
    return {
      facts: child.identity,
      ...(child.canPause && { processes: pauseOf(child) }),
      onLine: child.onLine,
      onStderr: child.onStderr,
      onExit: (listener) =>
        child.onExit((exit) => {
          beforeExit();
          listener(exit);
        }),
      // The process dies with us: nothing of it can be found again.
      onRemote: NEVER,
      send: (line) => void child.send(line),
      holdOutput: (isHeld) => child.holdOutput(isHeld),
      shutDown: async () => void (await child.shutDown()),
      end: async (graceMs) => endingOf(await child.end({ graceMs })),
      endDescendants: async (sinceMs, graceMs) =>
        endingOf(await child.endDescendants({ sinceMs, graceMs })),
    };
  };
}

function pauseOf(child: OwnedProcess): ProcessPause {
  return {
    pause: async () => {
      const outcome = await child.pause();
      if (outcome.state === 'standing') return { stands: true };
      const why =
        outcome.state === 'gone' ? 'it has ended' : `processes run on (${outcome.pids.join(', ')})`;
      return { stands: false, why };
    },
    resume: () => child.resume(),
  };
}

function endingOf({ level, ended, memoryBytes, survivors, stuck }: EndOutcome): UpstreamEnding {
  const freed = { processes: ended, memoryBytes };
  return { level: level === 'exited' ? 'terminated' : level, freed, survivors, stuck };
}

/** In the ledger for as long as it lives; a disk that refuses keeps no server from starting. */
function record(
  child: OwnedProcess,
  { ledger, log, id, route }: StarterOptions & { readonly id: string; readonly route: string },
): void {
  const name = `${id}-${child.identity.pid}`;
  const tried = (change: () => void) => {
    try {
      change();
    } catch (error) {
      log.write('warn', `The ledger of processes is not right: ${messageOf(error)}`, error);
    }
  };
  tried(() => ledger.add(name, { id, route, ...child.identity }));
  child.onExit(() => tried(() => ledger.remove(name)));
}
