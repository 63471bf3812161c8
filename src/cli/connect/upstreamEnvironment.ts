/** Our own variables, and the one that makes Electron behave as Node: no upstream's business. */
const OURS = /^(MCP_TASK_HANDLES_.*|ELECTRON_RUN_AS_NODE)$/;

/** The host's environment as the upstream would have got it without us. */
export function upstreamEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !OURS.test(name)) kept[name] = value;
  }
  return kept;
}
