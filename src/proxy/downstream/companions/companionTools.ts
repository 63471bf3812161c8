/** What the two companion tools are called on this connection; ours get a suffix if taken. */
export interface CompanionNames {
  readonly poll: string;
  readonly control: string;
}

/** The names where no tool of the server has one of them. */
export const DEFAULT_NAMES: CompanionNames = { poll: 'task_poll', control: 'task_control' };

/** Longest and ordinary wait of one poll: below the 60 s after which many clients give up. */
export const POLL_WAIT_DEFAULT_MS = 45_000;
/** A poll never waits longer: clients give up on a request after a minute. */
export const POLL_WAIT_MAX_MS = 50_000;

const HANDLE_PROPERTY = { type: 'string', description: 'The handle (th_…) of the task.' };

const ACTIONS = ['revoke', 'cancel'];

/** Claude Code defers tools without this, and the agent would not find them. */
const ALWAYS_LOAD = { 'anthropic/alwaysLoad': true };

/** The definitions for `tools/list`: no `outputSchema`, because a poll returns any tool's result. */
export function companionTools(names: CompanionNames, mayAnswer: boolean): object[] {
  return [pollTool(names), mayAnswer ? answeringTool(names) : controlTool(names)];
}

function pollTool(names: CompanionNames): object {
  return {
    name: names.poll,
    title: 'Poll a Background Task',
    description:
      'Waits for a background task whose handle (th_…) an earlier tool call returned. When it ' +
      "ends, returns exactly that tool's result. Safe to repeat. Without a handle: lists the tasks.",
    inputSchema: {
      type: 'object',
      properties: {
        handle: HANDLE_PROPERTY,
        waitMs: {
          type: 'integer',
          minimum: 0,
          maximum: POLL_WAIT_MAX_MS,
          description: `How long to wait for the end, in ms (default ${POLL_WAIT_DEFAULT_MS}).`,
        },
        cursor: { type: 'string', description: 'The cursor that the last answer named.' },
      },
    },
    annotations: { title: 'Poll a Background Task', readOnlyHint: true, openWorldHint: false },
    _meta: ALWAYS_LOAD,
  };
}

/** `task_control` where the person lets agents answer what a task asks. */
function answeringTool(names: CompanionNames): object {
  const tool = controlTool(names);
  const { inputSchema } = tool;
  const action = {
    type: 'string',
    enum: [...ACTIONS, 'answer'],
    description: '`answer`: answers what the task asks; the others stop it.',
  };
  const key = { type: 'string', description: 'Which question, where the task asks several.' };
  const response = { type: 'object', description: 'The answer, such as {"action":"decline"}.' };
  const properties = { ...inputSchema.properties, action, key, response };
  const description = `${tool.description} Answers what the task asks where the user lets agents do so.`;
  return { ...tool, description, inputSchema: { ...inputSchema, properties } };
}

function controlTool(names: CompanionNames) {
  return {
    name: names.control,
    title: 'Stop a Background Task',
    description:
      'Stops a background task for good. Use it when the result is no longer wanted or the user ' +
      'asks, never because it is slow.',
    inputSchema: {
      type: 'object',
      properties: {
        handle: HANDLE_PROPERTY,
        action: { type: 'string', enum: ACTIONS, description: 'Both stop the task.' },
        reason: { type: 'string', description: 'Why, in a few words; the person will read it.' },
      },
      required: ['handle', 'action'],
    },
    annotations: {
      title: 'Stop a Background Task',
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    _meta: ALWAYS_LOAD,
  };
}

/** A free name: the plain one, else with a suffix. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let suffix = 2; ; suffix += 1) {
    const candidate = `${wanted}_${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}
