import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { CliOutcome } from './cliProcess.ts';
import { CLI } from './connectClient.ts';

/** In mounts of its own: /etc made of links to the real one, and beside them the folder of the test. */
const ENTER =
  'cd "$1"; mount --bind /etc old; for one in "$1"/old/*; do ' +
  'ln -s "$one" etc/ 2>/dev/null || :; done; mount --bind etc /etc; cd /; shift; exec "$@"';

/**
 * This machine with an administrator's policy folder of its own, seen by what runs in it and by
 * nothing else. Needs root and Linux.
 */
export class AdminMachine {
  readonly #root = mkdtempSync(join(tmpdir(), 'mth-admin-'));
  readonly folder = join(this.#root, 'etc', 'mcp-task-handles');
  readonly file = join(this.folder, 'policy.json');

  constructor(t: TestContext, policy?: object | string) {
    mkdirSync(join(this.#root, 'old'));
    mkdirSync(this.folder, { recursive: true });
    for (const folder of [this.#root, join(this.#root, 'etc'), this.folder]) {
      chmodSync(folder, 0o755);
    }
    if (policy !== undefined) this.write(policy);
    t.after(() => rmSync(this.#root, { recursive: true, force: true }));
  }

  /** In one step: a broker that looks meanwhile finds the former one or this, never a part of it. */
  write(policy: object | string): void {
    const written = join(this.folder, 'policy.json.new');
    writeFileSync(written, typeof policy === 'string' ? policy : JSON.stringify(policy));
    chmodSync(written, 0o644);
    renameSync(written, this.file);
  }

  remove(): void {
    rmSync(this.file);
  }

  /** The command line that runs this one on the machine. */
  readonly within = (command: readonly string[]): string[] => [
    ...['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-ec', ENTER, 'sh'],
    ...[this.#root, ...command],
  ];

  /** Runs a terminal command on it to its end. */
  runCli(args: readonly string[]): Promise<CliOutcome> {
    const [file = '', ...rest] = this.within([process.execPath, CLI, ...args]);
    return new Promise((resolve) => {
      execFile(file, rest, { timeout: 60_000 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      });
    });
  }
}
