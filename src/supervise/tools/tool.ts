import { toJsonSchemaCompat } from '@modelcontextprotocol/sdk/server/zod-json-schema-compat.js';
import type { CallToolResult, Tool, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { Clock } from '../../common/clock.ts';
import type { BrokerSession } from '../brokerSession.ts';
import type { ChangeCursors } from '../changeCursor.ts';
import { sentenceOf } from '../failure.ts';
import type { TaskMirror } from '../taskMirror.ts';
import { inputFault } from './inputFault.ts';

/** What the tools of one session work with. */
export interface ToolContext {
  readonly session: Pick<BrokerSession, 'request' | 'whenReady'>;
  readonly mirror: TaskMirror;
  readonly cursors: ChangeCursors;
  readonly clock: Clock;
}

export interface CallContext extends ToolContext {
  /** The client does not want the answer any more. */
  readonly signal: AbortSignal;
}

export interface SupervisorTool {
  readonly definition: Tool;
  /** Never rejects: what goes wrong is an answer that a model can read. */
  call(given: unknown, context: CallContext): Promise<CallToolResult>;
}

interface ToolSpec<I extends z.ZodRawShape, O extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly input: I;
  readonly output: O;
  /** Rejects with one line for the model. */
  readonly run: (
    input: z.output<z.ZodObject<I>>,
    context: CallContext,
  ) => Promise<{ next: string } & z.input<z.ZodObject<O>>>;
}

const NEXT = z.string().describe('What this answer says, in a sentence.');

export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** What ends work; to do it twice is no harm. */
export const ENDS: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
};

/** Below the 60 s after which many clients give up. */
export const LONGEST_ANSWER_MS = 50_000;

/** A tool from its schemas and what it does. */
export function defineTool<I extends z.ZodRawShape, O extends z.ZodRawShape>(
  spec: ToolSpec<I, O>,
): SupervisorTool {
  const { name, title, description, annotations } = spec;
  const input = z.object(spec.input).strict();
  const inputSchema = toJsonSchemaCompat(input) as Tool['inputSchema'];
  const outputSchema = toJsonSchemaCompat(z.object({ next: NEXT, ...spec.output })) as NonNullable<
    Tool['outputSchema']
  >;
  return {
    definition: { name, title, description, inputSchema, outputSchema, annotations },
    async call(given, context) {
      const parsed = input.safeParse(given ?? {});
      if (!parsed.success) return failed(inputFault(parsed.error));
      try {
        return answered(await spec.run(parsed.data, context));
      } catch (error) {
        return failed(sentenceOf(error));
      }
    },
  };
}

/**
 * The sentence in both channels: hosts show their model either the text or `structuredContent`. The
 * data has a block of its own, so that no words of others stand within ours.
 */
function answered(structuredContent: { next: string; [key: string]: unknown }): CallToolResult {
  const { next, ...data } = structuredContent;
  return {
    content: [
      { type: 'text', text: next },
      { type: 'text', text: JSON.stringify(data) },
    ],
    structuredContent,
  };
}

function failed(sentence: string): CallToolResult {
  return { content: [{ type: 'text', text: sentence }], isError: true };
}
