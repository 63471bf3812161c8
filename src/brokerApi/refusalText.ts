import type { WorkRefusal, WorkScope } from './workRefusal.ts';

const WHO: Readonly<Record<WorkRefusal['by'], string>> = {
  user: 'the user',
  supervisor: 'a supervisor',
  agent: 'an agent',
  admin: 'the administrator',
  policy: 'MCP Task Handles',
};

/** What is refused: `all new work`, `new work of server "build"`. */
export function scopeText(scope: WorkScope): string {
  switch (scope.kind) {
    case 'everything':
      return 'all new work';
    case 'workspace':
      return scope.workspace === null
        ? 'new work outside of workspaces'
        : `new work of workspace ${scope.workspace}`;
    case 'route': {
      const where = scope.workspace == null ? '' : ` in workspace ${scope.workspace}`;
      return `new work of server "${scope.route}"${where}`;
    }
    case 'conversation':
      return `new work of chat ${scope.conversationId}`;
  }
}

/** One sentence without its end: what is refused, by whom, since when, and why. */
export function refusalText({ scope, by, since, note }: WorkRefusal): string {
  const what = `${scopeText(scope)} is refused by ${WHO[by]} since ${minuteOf(since)}`;
  return note === null ? what : `${what} (${note.replace(/[.\s]+$/, '')})`;
}

/** The same where it stands by itself: it begins with a capital. */
export function refusalSentence(refusal: WorkRefusal): string {
  const text = refusalText(refusal);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `2026-11-29 02:26 UTC`: whoever reads it counts in no ms. */
function minuteOf(since: string): string {
  return `${since.slice(0, 16).replace('T', ' ')} UTC`;
}

/** How it is lifted, in a sentence; an administrator's only by its file. */
export function liftText({ by, id }: WorkRefusal): string {
  if (by === 'admin') return 'Only the administrator can lift this.';
  return `A person lifts this with \`mcp-task-handles accept-new-work ${id}\`, or in the editor.`;
}
