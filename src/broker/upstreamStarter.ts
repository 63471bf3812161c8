import { isHttpDefinition } from '../brokerApi/brokerProtocol.ts';
import { NEVER } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import type { EndOutcome } from '../processes/ownedProcess.ts';
import { startOwnedProcess } from '../processes/startOwnedProcess.ts';
import { openHttpChannel } from '../proxy/upstream/http/httpChannel.ts';
import type { StartUpstream, UpstreamChannel } from '../proxy/upstream/upstreamChannel.ts';

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
      end: async (graceMs) => levelOf(await child.end({ graceMs })),
      endDescendants: async (sinceMs, graceMs) =>
        (await child.endDescendants({ sinceMs, graceMs })).ended,
    };
  };
}

function levelOf(outcome: EndOutcome): 'none' | 'terminated' | 'killed' {
  if (outcome.level === 'killed') return 'killed';
  return outcome.level === 'none' ? 'none' : 'terminated';
}
