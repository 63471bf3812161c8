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

/** What `task_control` offers beside stopping a task; only what the route's server can do. */
export interface ControlOffer {
  /** Agents may answer what some tool asks the person. */
  readonly mayAnswer: boolean;
  /** Tasks of some tool can stand still, and go on again. */
  readonly mayPause: boolean;
}

interface Action {
  readonly name: string;
  readonly does: string;
}

const PAUSE = [
  { name: 'pause', does: 'lets its processes stand still' },
  { name: 'resume', does: 'lets them go on' },
];
const ANSWER = [{ name: 'answer', does: 'answers what it asks' }];

/** Claude Code defers tools without this, and the agent would not find them. */
const ALWAYS_LOAD = { 'anthropic/alwaysLoad': true };

/** The definitions for `tools/list`: no `outputSchema`, because a poll returns any tool's result. */
export function companionTools(names: CompanionNames, offer: ControlOffer): object[] {
  return [
    pollTool(names),
    offer.mayAnswer ? answeringTool(names, offer) : controlTool(names, offer),
  ];
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
function answeringTool(names: CompanionNames, offer: ControlOffer): object {
  const tool = controlTool(names, offer);
  const { inputSchema } = tool;
  const key = { type: 'string', description: 'Which question, where the task asks several.' };
  const response = { type: 'object', description: 'The answer, such as {"action":"decline"}.' };
  const properties = { ...inputSchema.properties, key, response };
  const description = `${tool.description} Answers what the task asks where the user lets agents do so.`;
  return { ...tool, description, inputSchema: { ...inputSchema, properties } };
}

function controlTool(names: CompanionNames, { mayAnswer, mayPause }: ControlOffer) {
  const title = mayPause ? 'Stop or Pause a Background Task' : 'Stop a Background Task';
  const more = [...(mayPause ? PAUSE : []), ...(mayAnswer ? ANSWER : [])];
  return {
    name: names.control,
    title,
    description:
      'Stops a background task for good. Use it when the result is no longer wanted or the user ' +
      `asks, never because it is slow.${mayPause ? ' Pauses it when the user asks for that.' : ''}`,
    inputSchema: {
      type: 'object',
      properties: {
        handle: HANDLE_PROPERTY,
        action: actionProperty(more),
        reason: { type: 'string', description: 'Why, in a few words; the person will read it.' },
      },
      required: ['handle', 'action'],
    },
    annotations: {
      title,
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    _meta: ALWAYS_LOAD,
  };
}

function actionProperty(more: readonly Action[]): object {
  const names = ['revoke', 'cancel', ...more.map(({ name }) => name)];
  const told = more.map(({ name, does }) => `\`${name}\` ${does}`);
  const description =
    more.length === 0
      ? 'Both stop the task.'
      : `\`revoke\` and \`cancel\` stop the task; ${told.join('; ')}.`;
  return { type: 'string', enum: names, description };
}

/** A free name: the plain one, else with a suffix. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let suffix = 2; ; suffix += 1) {
    const candidate = `${wanted}_${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}
