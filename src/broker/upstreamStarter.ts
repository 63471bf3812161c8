import { isHttpDefinition } from '../brokerApi/brokerProtocol.ts';
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

/**
 * Puts a guarded process, or a connection to a remote server, behind the proxy's port. `broker`
 * marks what this broker owns.
 */
export function upstreamStarter(broker: string, log: Log): StartUpstream {
  return async (definition, id, resume): Promise<UpstreamChannel> => {
    if (isHttpDefinition(definition)) {
      return await openHttpChannel(definition, { log, ...(resume !== undefined && { resume }) });
    }
    const child = await startOwnedProcess({ ...definition, owner: `${broker}:${id}` });
    return {
      facts: child.identity,
      ...(child.canPause && { processes: pauseOf(child) }),
      onLine: child.onLine,
      onStderr: child.onStderr,
      onExit: child.onExit,
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
