import { ENV_HOME, PRODUCT } from '../../common/product.ts';

export interface LauncherOptions {
  readonly platform: NodeJS.Platform;
  /** A Node, or an Electron that can be one. */
  readonly runtime: string;
  readonly isElectron: boolean;
  /** The staged command line program. */
  readonly program: string;
  /** The home the launcher lies in: the one it speaks of, unless the environment names another. */
  readonly home: string;
}

export function launcherName(platform: NodeJS.Platform): string {
  return platform === 'win32' ? `${PRODUCT}.cmd` : PRODUCT;
}

/** What terminals run by our name. */
export function launcherText(options: LauncherOptions): string {
  return options.platform === 'win32' ? windowsText(options) : posixText(options);
}

function posixText({ runtime, isElectron, program, home }: LauncherOptions): string {
  return [
    '#!/bin/sh',
    `if [ -z "$${ENV_HOME}" ]; then ${ENV_HOME}=${quoted(home)}; export ${ENV_HOME}; fi`,
    `${isElectron ? 'ELECTRON_RUN_AS_NODE=1 ' : ''}exec ${quoted(runtime)} ${quoted(program)} "$@"`,
    '',
  ].join('\n');
}

function windowsText({ runtime, isElectron, program, home }: LauncherOptions): string {
  return [
    '@echo off',
    'setlocal',
    `if not defined ${ENV_HOME} set "${ENV_HOME}=${doubled(home)}"`,
    ...(isElectron ? ['set ELECTRON_RUN_AS_NODE=1'] : []),
    `"${doubled(runtime)}" "${doubled(program)}" %*`,
    '',
  ].join('\r\n');
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

function doubled(path: string): string {
  return path.replace(/%/g, '%%');
}
