import type { RoutePolicy, ServerDefinition } from '../../src/brokerApi/brokerProtocol.ts';
import { type FixtureKind, FixtureProcess, fixtureCommand } from './fixtureProcess.ts';
import { ServedRoute } from './servedRoute.ts';

/** A way from the suite to the fixture, and what of the suite is run on it. */
export interface Way {
  readonly name: string;
  readonly title: string;
  readonly fixture: FixtureKind;
  /** How we reach the fixture; absent: the suite does itself. */
  readonly upstream?: 'http' | 'stdio';
}

const WITH_TASKS: FixtureKind = { hasTasks: true };
const WITHOUT_TASKS: FixtureKind = { hasTasks: false };

/** All are compared with the first. */
export const WAYS: readonly Way[] = [
  { name: 'direct', title: 'direct', fixture: WITH_TASKS },
  { name: 'http', title: 'us → HTTP', fixture: WITH_TASKS, upstream: 'http' },
  { name: 'stdio', title: 'us → stdio', fixture: WITH_TASKS, upstream: 'stdio' },
  {
    name: 'http-no-tasks',
    title: 'us → HTTP without tasks',
    fixture: WITHOUT_TASKS,
    upstream: 'http',
  },
  {
    name: 'stdio-no-tasks',
    title: 'us → stdio without tasks',
    fixture: WITHOUT_TASKS,
    upstream: 'stdio',
  },
];

/** What stands at the end of a way while the suite runs. */
export interface OpenWay {
  readonly url: string;
  close(): Promise<void>;
}

/** The long tools are tasks at once, as they are of the fixture itself. */
const POLICY: RoutePolicy = {
  pollIntervalMs: 100,
  tools: {
    slow_compute: { policy: 'always' },
    failing_job: { policy: 'always', nativeTasks: 'required' },
    protocol_error_job: { policy: 'always' },
    confirm_delete: { policy: 'always' },
    multi_input: { policy: 'always' },
    // It asks first, as an ordinary call, and is a task only then: on a busy machine as well.
    test_tool_with_task: { handOffAfterMs: 1_000 },
  },
};

/** Starts the fixture, and us in front of it. */
export async function openWay({ fixture: kind, upstream }: Way): Promise<OpenWay> {
  if (upstream === 'stdio') {
    const route = await ServedRoute.start(stdioDefinition(kind), POLICY);
    return { url: route.url, close: () => route.end() };
  }
  const fixture = await FixtureProcess.start(kind);
  if (upstream === undefined) return { url: fixture.url, close: () => fixture.end() };
  try {
    const definition = { type: 'http', url: fixture.url, headers: {} } as const;
    const route = await ServedRoute.start(definition, POLICY);
    return { url: route.url, close: () => route.end().finally(() => fixture.end()) };
  } catch (error) {
    await fixture.end();
    throw error;
  }
}

function stdioDefinition(kind: FixtureKind): ServerDefinition {
  const [command = '', ...args] = fixtureCommand('stdio', kind);
  return { command, args, cwd: null, env: { PATH: process.env.PATH ?? '' } };
}
