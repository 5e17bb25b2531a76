// Names that the process itself needs (list downloads, a CA's servers), resolved through its own upstream, never by the system.

import type { Clock } from '../memory/monotonic-clock.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { nameFromText } from '../wire/name-text.ts';
import { CLASS, RCODE, TYPE } from '../wire/numbers.ts';
import { buildQuery } from '../wire/query-builder.ts';
import { rcodeToText } from '../wire/type-text.ts';
import { addressesOf } from './answer-addresses.ts';
import type { AnswersQuestions } from './upstream.ts';

/** A name that could not be resolved; `code` as Node's resolver would give it, so that HTTP clients treat it alike. */
export class ResolutionError extends Error {
  override readonly name = 'ResolutionError';
  /** ENOTFOUND: there is no such name or it has no address. EAI_AGAIN: nobody could be asked; later may be better. */
  readonly code: 'ENOTFOUND' | 'EAI_AGAIN';

  constructor(code: 'ENOTFOUND' | 'EAI_AGAIN', message: string) {
    super(message);
    this.code = code;
  }
}

const NAMES_KEPT = 256;
const LONGEST_KEPT_SECONDS = 3600;

interface KeptName {
  readonly addresses: Promise<readonly string[]>;
  /** Infinity while it is being asked. */
  expiresAt: number;
}

/** One memory per upstream; it goes with it. */
const kept = new WeakMap<AnswersQuestions, Map<string, KeptName>>();

/**
 * Addresses of `hostName`, IPv4 before IPv6, at least one. Literals give themselves, localhost the loopback addresses.
 * Rejects with a ResolutionError. Answers are kept for their TTL, at most an hour.
 */
export function resolveName(
  upstream: AnswersQuestions,
  hostName: string,
  clock: Clock = () => performance.now(),
): Promise<readonly string[]> {
  const name = hostName.replace(/\.$/, '').toLowerCase();
  if (parseAddress(hostName, new Uint8Array(16))) return Promise.resolve([hostName]);
  // RFC 6761 section 6.3: never asked outside.
  if (name === 'localhost' || name.endsWith('.localhost')) return Promise.resolve(['127.0.0.1', '::1']);
  const names = kept.get(upstream) ?? new Map<string, KeptName>();
  kept.set(upstream, names);
  const known = names.get(name);
  if (known !== undefined && clock() < known.expiresAt) return known.addresses;
  names.delete(name);
  if (names.size >= NAMES_KEPT) names.delete(names.keys().next().value!);
  const asked = askBoth(upstream, name);
  const entry: KeptName = { addresses: asked.then(({ addresses }) => addresses), expiresAt: Infinity };
  names.set(name, entry);
  asked.then(
    ({ ttlSeconds }) => (entry.expiresAt = clock() + Math.min(ttlSeconds, LONGEST_KEPT_SECONDS) * 1000),
    () => names.get(name) === entry && names.delete(name),
  );
  return entry.addresses;
}

interface Resolved {
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
}

/** Both families at once; one is enough. */
async function askBoth(upstream: AnswersQuestions, name: string): Promise<Resolved> {
  const [ipv4, ipv6] = await Promise.allSettled([ask(upstream, name, TYPE.A), ask(upstream, name, TYPE.AAAA)]);
  const found = [ipv4, ipv6]
    .filter((result) => result.status === 'fulfilled')
    .map((result) => result.value)
    .filter((resolved) => resolved.addresses.length > 0);
  if (found.length > 0) {
    return {
      addresses: found.flatMap((resolved) => resolved.addresses),
      ttlSeconds: Math.min(...found.map((resolved) => resolved.ttlSeconds)),
    };
  }
  if (ipv4.status === 'rejected') throw ipv4.reason;
  if (ipv6.status === 'rejected') throw ipv6.reason;
  throw new ResolutionError('ENOTFOUND', `${name}: the name has no address`);
}

async function ask(upstream: AnswersQuestions, name: string, type: number): Promise<Resolved> {
  const wireName = nameFromText(name);
  if (wireName === undefined) throw new ResolutionError('ENOTFOUND', `${name}: not a host name`);
  const query = buildQuery({
    name: wireName,
    nameLength: wireName.length,
    type,
    class: CLASS.IN,
    dnssecOk: false,
    checkingDisabled: false,
  });
  const outcome = await upstream.exchange(query);
  if (!outcome.ok) throw new ResolutionError('EAI_AGAIN', `${name}: cannot be resolved (${outcome.detail})`);
  const answer = addressesOf(outcome.message);
  if (answer === undefined) throw new ResolutionError('EAI_AGAIN', `${name}: unreadable answer from ${outcome.server}`);
  if (answer.rcode === RCODE.NXDOMAIN) throw new ResolutionError('ENOTFOUND', `${name}: no such name`);
  if (answer.rcode !== RCODE.NOERROR) {
    throw new ResolutionError('EAI_AGAIN', `${name}: ${outcome.server} answers ${rcodeToText(answer.rcode)}`);
  }
  return answer;
}
