const MASK = '***';

const SECRET_WORDS: ReadonlySet<string> = new Set([
  ...['token', 'tokens', 'password', 'passwd', 'passphrase', 'pwd', 'pass', 'secret', 'secrets'],
  ...['key', 'keys', 'apikey', 'authorization', 'auth', 'cookie', 'cookies', 'bearer', 'jwt'],
  ...['credential', 'credentials', 'session', 'signature', 'pin', 'otp'],
]);

/** Tokens whose makers gave them a prefix, so that they are known wherever they stand. */
const KNOWN_TOKENS =
  /\b(?:sk|pk|rk)[-_][\w-]{8,}|\bgh[a-z]_\w{8,}|\bgithub_pat_\w+|\bglpat-[\w-]+|\bxox[a-z]-[\w-]+|\bAKIA[0-9A-Z]{12,}|\beyJ[\w-]{8,}(?:\.[\w-]*)*|\bnpm_\w{20,}/g;

/**
 * `--password hunter2`, `API_KEY=…`, `Authorization: Bearer …`, `?access_token=…`. The bounds keep
 * the time for any text within milliseconds.
 */
const ASSIGNED =
  /([\w-]{0,40}(?:token|passw(?:or)?d|passphrase|secret|api[-_]?key|authorization|cookie)[\w-]{0,64}["']?(?:\s*[=:]\s*|\s+))(?:(?:bearer|basic)\s+)?("[^"]*"|'[^']*'|[^\s&"']+)/gi;
const BEARER = /\b(bearer|basic)\s+[\w.+/=~-]{8,}/gi;
const URL_PASSWORD = /(\/\/)[^/\s@:]*:[^/\s@]+@/g;
const LONG_RUN = /[A-Za-z0-9+/_=-]{32,}/g;

/**
 * Whether a member of this name is kept from people's eyes: `apiKey`, `x-auth-token`, …, and those
 * that somebody named, in any case of letters.
 */
export function isSecretName(name: string, named: readonly string[] = []): boolean {
  return hasSecretWord(name) || named.some((one) => one.toLowerCase() === name.toLowerCase());
}

function hasSecretWord(name: string): boolean {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => SECRET_WORDS.has(word));
}

/**
 * Masks what looks like a secret, or is given to one of the named members. A guess in favour of
 * masking: the text is for people only.
 */
export function redactSecrets(text: string, named: readonly string[] = []): string {
  const unnamed = named.length === 0 ? text : text.replace(assignedTo(named), `$1${MASK}`);
  return unnamed
    .replace(KNOWN_TOKENS, MASK)
    .replace(URL_PASSWORD, `$1${MASK}@`)
    .replace(ASSIGNED, `$1${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(LONG_RUN, (run) => (looksRandom(run) ? MASK : run));
}

/** `account=7`, `"account": "7"`, `--account 7` for the named ones. */
function assignedTo(named: readonly string[]): RegExp {
  const names = named.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const assigned = `(?<![\\w-])(?:${names})["']?\\s{0,9}[=:]\\s{0,9}`;
  const option = `(?<![\\w-])--?(?:${names})(?:=|\\s{1,9})`;
  return new RegExp(`(${assigned}|${option})("[^"]*"|'[^']*'|[^\\s&"',;]+)`, 'gi');
}

/** Base64 and hex keys, but neither paths nor long names made of words. */
function looksRandom(run: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(run)) return /\d/.test(run) && /[a-f]/i.test(run);
  const isPath = run.includes('/') && !/[+=]/.test(run);
  const parts = isPath ? run.split('/').filter((part) => part.length >= 20) : [run];
  return parts.some((part) => /\d/.test(part) && /[a-z]/.test(part) && /[A-Z]/.test(part));
}
