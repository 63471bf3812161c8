import type { FoundServer } from './foundServer.ts';
import { isSameSource, type TrackedServer } from './trackedServers.ts';

export interface WantedServer {
  readonly tracked: TrackedServer;
  /** Absent: it is no longer where it was. */
  readonly found: FoundServer | undefined;
}

/**
 * What is to be tracked now: the servers that were chosen, and everything in our own setting, which
 * says so by being there. A name in the setting that is taken by a chosen server gives way.
 */
export function wantedServers(
  chosen: readonly TrackedServer[],
  servers: readonly FoundServer[],
): { wanted: WantedServer[]; problems: string[] } {
  const wanted = chosen.map((tracked): WantedServer => {
    const found = servers.find(
      ({ name, source }) => name === tracked.name && isSameSource(source, tracked.source),
    );
    return { tracked, found };
  });
  const taken = new Set(chosen.map(({ route }) => route));
  const problems: string[] = [];
  for (const found of servers.filter(({ source }) => source.kind === 'settings')) {
    const { name, source, label } = found;
    if (taken.has(name)) {
      problems.push(`${label}: server \`${name}\`: another tracked server has this name.`);
      continue;
    }
    taken.add(name);
    wanted.push({ tracked: { route: name, name, source }, found });
  }
  return { wanted, problems };
}
