import { isHttpDefinition } from '../brokerApi/brokerProtocol.ts';
import { NEVER } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import type { EndOutcome } from '../processes/ownedProcess.ts';
import { startOwnedProcess } from '../processes/startOwnedProcess.ts';
import { openHttpChannel } from '../proxy/upstream/http/httpChannel.ts';
import type {
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

function endingOf({ level, ended, memoryBytes, survivors, stuck }: EndOutcome): UpstreamEnding {
  const freed = { processes: ended, memoryBytes };
  return { level: level === 'exited' ? 'terminated' : level, freed, survivors, stuck };
}
