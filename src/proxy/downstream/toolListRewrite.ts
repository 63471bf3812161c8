import { isJsonObject, type JsonObject } from '../../common/json.ts';
import type { NativeTasks } from '../../registry/policy.ts';
import {
  type CompanionNames,
  type ControlOffer,
  companionTools,
} from './companions/companionTools.ts';

/** What a handle looks like where a tool promises an `outputSchema` of its own. */
const HANDLE_SCHEMA = {
  type: 'object',
  properties: {
    next: { type: 'string' },
    handle: { type: 'string', pattern: '^th_[a-z2-7]{26}$' },
    status: { type: 'string' },
  },
  required: ['next', 'handle', 'status'],
};

/** What decides how the tools of a route are shown to one client. */
export interface ToolListRewrite {
  readonly route: string;
  /** Whether any call of the route may; else nobody needs the companions. */
  readonly mayIssueHandles: boolean;
  readonly mayBecomeTask: (tool: string) => boolean;
  /** What `execution.taskSupport` says of a tool, for clients of 2025-11-25 with tasks. */
  readonly taskSupport?: (tool: string) => NativeTasks;
  readonly names: CompanionNames;
  /** What `task_control` offers. */
  readonly offer: ControlOffer;
}

/** The names of the tools in a `tools/list` result. */
export function toolNamesOf(result: unknown): string[] {
  return toolsOf(result).flatMap((tool) => (typeof tool.name === 'string' ? [tool.name] : []));
}

/**
 * A `tools/list` result as the downstream sees it: `execution` speaks of our tasks or goes,
 * `outputSchema` admits a handle, and the companions stand on the last page.
 */
export function rewriteToolList(result: unknown, rewrite: ToolListRewrite): unknown {
  if (!isJsonObject(result) || !Array.isArray(result.tools)) return result;
  const tools = result.tools.map((tool) =>
    isJsonObject(tool) ? rewriteTool(tool, rewrite) : tool,
  );
  const isLastPage = typeof result.nextCursor !== 'string';
  const hasCompanions = isLastPage && rewrite.mayIssueHandles;
  return {
    ...result,
    tools: hasCompanions ? [...tools, ...companionTools(rewrite.names, rewrite.offer)] : tools,
  };
}

function rewriteTool(tool: JsonObject, rewrite: ToolListRewrite): JsonObject {
  const { execution: _upstreamTasks, ...others } = tool;
  const { name, outputSchema } = tool;
  const rest = { ...others, ...executionOf(name, rewrite) };
  if (typeof name !== 'string' || !isJsonObject(outputSchema)) return rest;
  if (!rewrite.mayBecomeTask(name)) return rest;
  return { ...rest, outputSchema: unionSchema(outputSchema, `${rewrite.route}/${name}`) };
}

function executionOf(name: unknown, { taskSupport }: ToolListRewrite): JsonObject {
  const support = typeof name === 'string' ? taskSupport?.(name) : undefined;
  return support === undefined || support === 'never'
    ? {}
    : { execution: { taskSupport: support } };
}

/**
 * The root keeps `type` (SDK v1 demands it) and the original gets an `$id` of its own, so that its
 * `#/$defs` references still resolve inside it.
 */
function unionSchema(original: JsonObject, path: string): JsonObject {
  // Half a surrogate pair, which JSON can carry in a name, would throw.
  const name = encodeURIComponent(path.replace(/\p{Cs}/gu, '\uFFFD'));
  const $id = `urn:mcp-task-handles:output:${name}`;
  return { type: 'object', anyOf: [{ $id, ...original }, HANDLE_SCHEMA] };
}

function toolsOf(result: unknown): JsonObject[] {
  if (!isJsonObject(result) || !Array.isArray(result.tools)) return [];
  return result.tools.filter(isJsonObject);
}
