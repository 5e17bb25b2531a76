// What a CA says when it says no (RFC 8555 section 6.7, RFC 7807), as a failure in words.

import { AcmeFailure, type AcmeFailureKind } from './acme-failure.ts';
import type { OutsideResponse } from './outside-http.ts';
import { plainText, shortText } from './plain-text.ts';
import { retryAfterSeconds } from '../../http/retry-after.ts';

const PREFIX = 'urn:ietf:params:acme:error:';
const TEXT_MAX_CHARACTERS = 500;
const NAME_MAX_CHARACTERS = 60;

/** The CA looked for our proof and did not find it. */
const PROOF_PROBLEMS: ReadonlySet<string> = new Set([
  ...['unauthorized', 'connection', 'dns', 'tls', 'incorrectResponse', 'caa'],
]);

/** The failure that an answer of the CA stands for. */
export function failureOfResponse(response: OutsideResponse): AcmeFailure {
  const retryAfter = retryAfterSeconds(response.headers['retry-after'], new Date());
  const problem = parsed(response.text);
  const name = problemName(problem);
  const said = problemText(problem) ?? `HTTP status ${response.status}`;
  const facts = { retryAfterSeconds: retryAfter, problem: name };
  return new AcmeFailure(kindOf(name, response.status), `the CA says: ${said}`, facts);
}

/** The failure that the `error` of a challenge or an order stands for. `what`: whose it is. */
export function failureOfProblem(what: string, problem: unknown): AcmeFailure {
  const name = problemName(problem);
  const said = problemText(problem) ?? 'no reason given';
  const kind = name === 'rateLimited' ? 'rate-limited' : 'authorization';
  return new AcmeFailure(kind, `${what}: ${said}`, { problem: name });
}

function kindOf(name: string | undefined, status: number): AcmeFailureKind {
  if (name === 'rateLimited' || status === 429) return 'rate-limited';
  if (name === 'accountDoesNotExist') return 'account';
  if (status >= 500) return 'network';
  // A nonce that was refused six times in a row: the CA is not itself.
  if (name === 'badNonce') return 'network';
  return name !== undefined && PROOF_PROBLEMS.has(name) && name !== 'unauthorized' ? 'authorization' : 'refused';
}

function problemName(problem: unknown): string | undefined {
  const type = field(problem, 'type');
  if (typeof type !== 'string' || !type.startsWith(PREFIX)) return undefined;
  return plainText(type.slice(PREFIX.length, PREFIX.length + NAME_MAX_CHARACTERS));
}

/** Detail and sub-problems (section 6.7.1), cut to a length that a log can bear. */
function problemText(problem: unknown): string | undefined {
  const texts: string[] = [];
  const name = problemName(problem);
  const detail = field(problem, 'detail');
  if (typeof detail === 'string' && detail !== '') texts.push(detail);
  const parts = field(problem, 'subproblems');
  for (const part of Array.isArray(parts) ? parts.slice(0, 5) : []) {
    const whose = field(field(part, 'identifier'), 'value');
    const said = field(part, 'detail');
    if (typeof said === 'string') texts.push(typeof whose === 'string' ? `${whose}: ${said}` : said);
  }
  if (texts.length === 0) return name;
  const shown = shortText(texts.join('; '), TEXT_MAX_CHARACTERS);
  return name === undefined ? shown : `${shown} (${name})`;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
