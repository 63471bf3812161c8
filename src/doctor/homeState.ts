import { accessSync, chmodSync, constants, readdirSync, type Stats, statSync } from 'node:fs';
import type { Finding } from '../brokerApi/finding.ts';
import { messageOf } from '../common/errors.ts';
import { type Look, mendable } from './examination.ts';

const OTHERS = 0o077;

/** The home and what is secret in it are this user's alone, and can be written (P8). */
export async function homeState(look: Look): Promise<readonly Finding[]> {
  const { root } = look.paths;
  try {
    const found = statSync(root, { throwIfNoEntry: false });
    if (found === undefined) return [];
    const fault = faultOf(root, found);
    if (fault !== null) return [cannot(root, fault)];
    return [...(await openFolder(look, found)), ...(await openFiles(look))];
  } catch (error) {
    return [cannot(root, `It cannot be looked at: ${messageOf(error)}.`)];
  }
}

function faultOf(root: string, found: Stats): string | null {
  if (!found.isDirectory()) return 'It is no folder; name another with --home DIR, or remove it.';
  if (process.platform !== 'win32' && found.uid !== process.getuid?.()) {
    return 'It belongs to another user; name a folder of your own with --home DIR.';
  }
  try {
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `Nothing can be kept there (${messageOf(error)}); make it writable.`;
  }
}

/** A folder that holds other things than ours, such as /tmp, is not closed: a person must choose. */
async function openFolder(look: Look, { mode }: Stats): Promise<Finding[]> {
  const { root } = look.paths;
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return [];
  if (!readdirSync(root).includes('lock')) {
    return (mode & 0o022) === 0 ? [] : [cannot(root, 'Other users can write to it: chmod 700 it.')];
  }
  const what = `The home folder ${root} is open to other users`;
  const why = 'They could see which tasks there are, or take the place of files.';
  return [await mendable({ kind: 'home', what, why }, look, () => chmodSync(root, 0o700))];
}

async function openFiles(look: Look): Promise<Finding[]> {
  if (process.platform === 'win32') return [];
  const findings: Finding[] = [];
  for (const path of [look.paths.endpoint, look.paths.httpToken]) {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & OTHERS) === 0) continue;
    const what = `${path} is open to other users`;
    const why = 'Who reads the token in it can list and stop tasks.';
    findings.push(await mendable({ kind: 'home', what, why }, look, () => chmodSync(path, 0o600)));
  }
  return findings;
}

function cannot(root: string, why: string): Finding {
  return { kind: 'home', what: `The home folder ${root} cannot be used`, why, outcome: 'cannot' };
}
