import type { JsonObject } from '../common/json.ts';

/** A server that a host would start as a process; every text still holds its variables. */
export interface StdioEntry {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | null;
  /** `null` takes a variable away. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly envFile: string | null;
  /** The entry as it was written, for the settings of ours that it may hold. */
  readonly written: JsonObject;
}

/** A server that a host would reach over HTTP; every text still holds its variables. */
export interface RemoteEntry {
  readonly name: string;
  readonly type: 'http' | 'sse';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As in `StdioEntry`. */
  readonly written: JsonObject;
}

export type ServerEntry = StdioEntry | RemoteEntry;

export function isRemote(entry: ServerEntry): entry is RemoteEntry {
  return 'url' in entry;
}

/** One that can be tracked. */
export type ReadableServer =
  | { readonly kind: 'stdio'; readonly name: string; readonly entry: StdioEntry }
  | { readonly kind: 'remote'; readonly name: string; readonly entry: RemoteEntry };

export type ConfiguredServer =
  | ReadableServer
  /** It is there, but cannot be tracked, and why; the reason goes on from "server `x`". */
  | { readonly kind: 'unsupported' | 'invalid'; readonly name: string; readonly reason: string };

interface InputBase {
  readonly id: string;
  readonly description: string;
}

/** What a person is asked for once. */
export type InputDefinition =
  | (InputBase & {
      readonly type: 'promptString';
      readonly default: string;
      readonly password: boolean;
    })
  | (InputBase & {
      readonly type: 'pickString';
      readonly default: string;
      readonly options: readonly { readonly label: string; readonly value: string }[];
    })
  | (InputBase & { readonly type: 'command'; readonly command: string; readonly args: unknown });

export interface HostConfig {
  readonly servers: readonly ConfiguredServer[];
  /** Those that stand in the file as a comment of ours. */
  readonly disabled: readonly ConfiguredServer[];
  readonly inputs: readonly InputDefinition[];
  /** One line for each thing that could not be used. */
  readonly problems: readonly string[];
  /** False when the file is there but nothing of it could be trusted: what was known before holds. */
  readonly isReadable: boolean;
}
