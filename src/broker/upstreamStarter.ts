import type { EndOutcome } from '../processes/ownedProcess.ts';
import { startOwnedProcess } from '../processes/startOwnedProcess.ts';
import type { StartUpstream, UpstreamChannel } from '../proxy/upstream/upstreamChannel.ts';

/** Puts a guarded process behind the proxy's port. `broker` marks what this broker owns. */
export function upstreamStarter(broker: string): StartUpstream {
  return async (definition, id): Promise<UpstreamChannel> => {
    const child = await startOwnedProcess({ ...definition, owner: `${broker}:${id}` });
    return {
      facts: child.identity,
      onLine: child.onLine,
      onStderr: child.onStderr,
      onExit: child.onExit,
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
