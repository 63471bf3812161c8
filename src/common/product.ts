/** What the product calls itself, in one place. */
export const PRODUCT = 'mcp-task-handles';
export const VERSION = '0.1.0';

/** Environment variables that are ours; none of them reaches an upstream. */
export const ENV_HOME = 'MCP_TASK_HANDLES_HOME';
/** Marks every process that we start: `<broker instance>:<upstream id>`. */
export const ENV_OWNER = 'MCP_TASK_HANDLES_OWNER';
