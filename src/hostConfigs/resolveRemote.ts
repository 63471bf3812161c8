import { resolveVariables, type VariableContext } from './resolveVariables.ts';
import type { RemoteEntry } from './serverEntry.ts';

/** A remote server ready to be reached. The headers may be secret. */
export interface ResolvedRemote {
  readonly type: 'http' | 'sse';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RemoteResolution {
  /** Absent when something has no value; `problems` then says what. */
  readonly resolved?: ResolvedRemote;
  readonly problems: readonly string[];
}

/** Resolves the variables in the address and in the values of headers. */
export async function resolveRemote(
  { type, url, headers }: RemoteEntry,
  context: VariableContext,
): Promise<RemoteResolution> {
  const address = await resolveVariables(url, context);
  const problems = [...address.problems];
  const resolved: Record<string, string> = {};
  for (const [name, written] of Object.entries(headers)) {
    const value = await resolveVariables(written, context);
    problems.push(...value.problems);
    resolved[name] = value.text;
  }
  if (problems.length > 0) return { problems };
  return { resolved: { type, url: address.text, headers: resolved }, problems };
}
