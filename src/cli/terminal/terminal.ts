import { existsSync } from 'node:fs';
import { ControlClient } from '../../brokerApi/controlClient.ts';
import { type HomePaths, resolveHome } from '../../brokerApi/home.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { PRODUCT } from '../../common/product.ts';
import type { TerminalOptions } from './terminalOptions.ts';

/** What a terminal command works with: its options, a way to the broker, a place to print. */
export class Terminal {
  readonly paths: HomePaths;

  constructor(
    readonly options: TerminalOptions,
    private readonly distFolder: string,
  ) {
    this.paths = resolveHome({ home: options.home });
  }

  /** A home that does not exist holds no task: no broker is started to find that out. */
  get mayHoldTasks(): boolean {
    return existsSync(this.paths.root);
  }

  /** Opens a link for one use; a broker is started if need be. */
  async withBroker<T>(use: (client: ControlClient) => Promise<T>): Promise<T> {
    const start = this.mayHoldTasks ? { distFolder: this.distFolder } : 'never';
    return this.#using(start, use);
  }

  /** As `withBroker`, with the broker that runs; rejects with `no_broker` when none does. */
  async withRunningBroker<T>(use: (client: ControlClient) => Promise<T>): Promise<T> {
    return this.#using('never', use);
  }

  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** One line for a person, beside what is printed. */
  say(text: string): void {
    process.stderr.write(`${PRODUCT}: ${text}\n`);
  }

  async #using<T>(
    start: { distFolder: string } | 'never',
    use: (client: ControlClient) => Promise<T>,
  ): Promise<T> {
    const client = await ControlClient.open({ paths: this.paths, client: 'terminal', start });
    try {
      return await use(client);
    } finally {
      client.dispose();
    }
  }
}

/** The same words for handles that never were, are misspelt or have expired. */
export function noSuchHandle(handle: string): TaskHandlesError {
  const shown = handle.length > 60 ? `${handle.slice(0, 60)}…` : handle;
  return new TaskHandlesError(
    'no_such_handle',
    `There is no task ${JSON.stringify(shown)}: it was never issued or has expired; see list --all.`,
  );
}
