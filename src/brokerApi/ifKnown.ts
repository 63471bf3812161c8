/** JSON-RPC's "Method not found". */
const METHOD_NOT_FOUND = -32601;

/** Whether a request failed because the broker is from before there was such a one. */
export function isUnknownToBroker(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === METHOD_NOT_FOUND;
}

/** The answer, or `undefined` of a broker from before the question: one may be older than we are. */
export async function ifKnown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isUnknownToBroker(error)) return undefined;
    throw error;
  }
}
