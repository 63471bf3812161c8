import { isJsonObject } from '../../common/json.ts';

/** Where a server stands: a file of a host, our own setting, or with us. */
export type SourceKind = 'vscode' | 'root' | 'user' | 'settings' | 'sample';

export interface ServerSource {
  readonly kind: SourceKind;
  /** Path of the workspace folder that brings it; `null` for what is the person's own. */
  readonly folder: string | null;
}

/** What is remembered of a tracked server: where it stands, never what stands there. */
export interface TrackedServer {
  readonly route: string;
  readonly name: string;
  readonly source: ServerSource;
}

/** A small memory of JSON values. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'mcpTaskHandles.tracked';
const KINDS: ReadonlySet<unknown> = new Set(['vscode', 'root', 'user', 'settings', 'sample']);

/** The servers of a workspace that a person has chosen to track. */
export class TrackedServers {
  constructor(private readonly memory: Memory) {}

  all(): TrackedServer[] {
    const stored = this.memory.get(KEY);
    return Array.isArray(stored) ? stored.filter(isTrackedServer) : [];
  }

  find(name: string, source: ServerSource): TrackedServer | undefined {
    return this.all().find((one) => one.name === name && isSameSource(one.source, source));
  }

  /** Remembers a server; its route gets a name that no other route of the workspace has. */
  async add(name: string, source: ServerSource): Promise<TrackedServer> {
    const known = this.find(name, source);
    if (known !== undefined) return known;
    const all = this.all();
    const tracked = {
      route: freeRoute(name, new Set(all.map(({ route }) => route))),
      name,
      source,
    };
    await this.memory.update(KEY, [...all, tracked]);
    return tracked;
  }

  async remove(route: string): Promise<void> {
    const rest = this.all().filter((one) => one.route !== route);
    await this.memory.update(KEY, rest);
  }
}

export function isSameSource(a: ServerSource, b: ServerSource): boolean {
  return a.kind === b.kind && a.folder === b.folder;
}

/** A route is an argument of `connect`, where a leading dash would mean an option. */
function freeRoute(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replace(/^-+/, '') || 'server';
  let route = plain;
  for (let number = 2; taken.has(route); number++) route = `${plain}-${number}`;
  return route;
}

function isTrackedServer(value: unknown): value is TrackedServer {
  if (!isJsonObject(value) || !isJsonObject(value.source)) return false;
  const { kind, folder } = value.source;
  const isPlaced = KINDS.has(kind) && (folder === null || typeof folder === 'string');
  return typeof value.route === 'string' && typeof value.name === 'string' && isPlaced;
}
