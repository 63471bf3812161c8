import { ENV_OWNER } from '../common/product.ts';

const OURS = 'MCP_TASK_HANDLES_';

/**
 * What an editor sets for its own processes and what misleads others: a Node that believes to be
 * Electron's, sockets of another program. What a person sets on purpose (ELECTRON_MIRROR,
 * VSCODE_PORTABLE, VSCODE_IPC_HOOK_CLI of the editor's terminals, VSCODE_GIT_*) stays.
 */
const EDITOR_INTERNAL = new Set([
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ASAR',
  'ELECTRON_NO_ATTACH_CONSOLE',
  'ELECTRON_DEFAULT_ERROR_MODE',
  'VSCODE_AMD_ENTRYPOINT',
  'VSCODE_ESM_ENTRYPOINT',
  'VSCODE_CLI',
  'VSCODE_CODE_CACHE_PATH',
  'VSCODE_CRASH_REPORTER_PROCESS_TYPE',
  'VSCODE_CRASH_REPORTER_SANDBOXED_HINT',
  'VSCODE_CWD',
  'VSCODE_DEV',
  'VSCODE_EXTHOST_IPC_HOOK',
  'VSCODE_EXTHOST_IPC_SOCKET',
  'VSCODE_EXTHOST_WILL_SEND_SOCKET',
  'VSCODE_HANDLES_SIGPIPE',
  'VSCODE_HANDLES_UNCAUGHT_ERRORS',
  'VSCODE_IPC_HOOK',
  'VSCODE_L10N_BUNDLE_LOCATION',
  'VSCODE_LOG_NATIVE',
  'VSCODE_NLS_CONFIG',
  'VSCODE_PARENT_PID',
  'VSCODE_PID',
  'VSCODE_PIPE_LOGGING',
  'VSCODE_VERBOSE_LOGGING',
  'VSCODE_WILL_SEND_MESSAGE_PORT',
]);

/** The environment of an upstream: the definition's, without what is ours, with the owner mark. */
export function childEnvironment(
  env: Readonly<Record<string, string>>,
  owner: string,
): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !isInternal(name.toUpperCase()));
  return { ...Object.fromEntries(kept), [ENV_OWNER]: owner };
}

function isInternal(name: string): boolean {
  return name.startsWith(OURS) || EDITOR_INTERNAL.has(name);
}
