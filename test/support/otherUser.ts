import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fixturePath } from './processes.ts';

const PROGRAM = readFileSync(fixturePath('otherUser/triesEverything.mjs'), 'utf8');
/** `useradd` and `userdel` find the account files locked by another one. */
const LOCKED: readonly unknown[] = [1, 10];
const TRIES = 50;

export interface HttpAttempt {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What to try; paths. */
export interface Attempt {
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly list?: readonly string[];
  /** Files whose text is answered; '' for those that cannot be read. */
  readonly text?: readonly string[];
  /** Sockets. */
  readonly connect?: readonly string[];
  /** What to say to them; absent: nothing. */
  readonly hello?: string;
  /** To be made. */
  readonly folders?: readonly string[];
  readonly links?: readonly string[];
  readonly requests?: readonly HttpAttempt[];
}

/** `open`, or the code of the refusal, by path. */
type Outcomes = Readonly<Record<string, string>>;

export interface AttemptOutcome {
  readonly read: Outcomes;
  readonly write: Outcomes;
  readonly list: Outcomes;
  readonly folders: Outcomes;
  readonly links: Outcomes;
  readonly texts: readonly string[];
  /** By the order of the sockets. */
  readonly connected: readonly string[];
  /** Status, headers but for the date, and body of each request's answer. */
  readonly answers: readonly string[];
}

/** A real account of this machine that has nothing to do with us. Needs root. */
export class OtherUser {
  private constructor(
    readonly name: string,
    readonly uid: number,
    readonly gid: number,
  ) {}

  /** Whoever makes it removes it. */
  static async make(): Promise<OtherUser> {
    const name = `mth${randomBytes(6).toString('hex')}`;
    const shell = ['--shell', '/usr/sbin/nologin'];
    await account('useradd', ['--no-create-home', '--no-log-init', ...shell, name]);
    const idOf = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
    return new OtherUser(name, idOf('-u'), idOf('-g'));
  }

  async remove(): Promise<void> {
    await account('userdel', [this.name]);
  }

  /** Tries it all as this user, in a process that has nothing of ours. */
  async attempt(attempt: Attempt): Promise<AttemptOutcome> {
    const args = ['--input-type=module', '-e', PROGRAM, JSON.stringify(attempt)];
    return JSON.parse(await this.run(process.execPath, args)) as AttemptOutcome;
  }

  /** What a command prints, run as this user. */
  run(file: string, args: readonly string[]): Promise<string> {
    const { uid, gid } = this;
    const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
    const options = { uid, gid, env, cwd: '/', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      execFile(file, args, options, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });
  }
}

async function account(command: string, args: readonly string[]): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      execFileSync(command, args, { stdio: 'pipe' });
      return;
    } catch (error) {
      const { status } = error as { status?: unknown };
      if (!LOCKED.includes(status) || left === 0) throw error;
      await pause(100);
    }
  }
}
