/** JSON-RPC's "Method not found". */
const METHOD_NOT_FOUND = -32601;

/** The answer, or `undefined` of a broker from before the question: one may be older than we are. */
export async function ifKnown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error && 'code' in cause && cause.code === METHOD_NOT_FOUND) {
      return undefined;
    }
    throw error;
  }
}
