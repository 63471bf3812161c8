import type { ZodError } from 'zod/v3';

/** The first thing that is wrong with the arguments, in one line that says where. */
export function inputFault(error: ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'The arguments are not as the tool takes them.';
  const path = issue.path.join('.');
  const complaint = issue.message.replace(/\.$/, '');
  if (path === '') return `The arguments are not as the tool takes them: ${complaint}.`;
  if (issue.message === 'Required') return `\`${path}\` is missing.`;
  return `\`${path}\` is not as the tool takes it: ${complaint}.`;
}
