// Which names were answered lately, as far as the cache tells: what a new version of a list is tried on. Main thread, stripe by stripe:
// between two of them everything else has its turn. The names go nowhere but to a helper process of this gateway.

import { setImmediate } from 'node:timers/promises';
import { EntryWalk } from '../../memory/answer-cache/entry-walk.ts';
import { readMappedAddress } from '../../policy/mapped-address.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { ANSWERED_MAX, packAnswered } from '../lists/versions/answered-names.ts';

const HOUR_SECONDS = 3_600;
const NAMES_MAX = 50_000;
/** Bits of AnswerKey.variant that mark what is no answer, or is not the public's. */
const VARIANTS_PASSED_OVER = 0xfc;
const RCODE_OFFSET = 3;
const NO_ERROR = 0;
const ADDRESS_BYTES = 16;

/**
 * Different names with an answer that was fetched in the last hour, or that is fresh and was asked for again, the types that were asked
 * for and the addresses that were given: packed (lists/versions/answered-names.ts). At most 50,000; those that were asked for more than
 * once come first. `nowSeconds`: of the cache's clock.
 */
export async function answeredNames(cache: SharedArrayBuffer, nowSeconds: number): Promise<Uint8Array> {
  const walk = new EntryWalk(cache);
  const facts = new AnswerFacts();
  const names = new Map<string, Answered>();
  for (const share of ['wanted', 'others'] as const) {
    for (let stripe = 0; stripe < walk.stripeCount && names.size < NAMES_MAX; stripe++) {
      walk.visitStripe(stripe, share, () => {
        if (isOfLastHour(walk, share === 'wanted', nowSeconds)) note(walk, names, facts);
      });
      await setImmediate();
    }
  }
  const all = [...names].map(([name, { types, addresses }]) => ({
    ...{ name: Buffer.from(name, 'latin1'), types: [...types], addresses: [...addresses] },
  }));
  return packAnswered(all);
}

interface Answered {
  readonly types: Set<number>;
  readonly addresses: Set<string>;
}

function note({ key, answer }: EntryWalk, names: Map<string, Answered>, facts: AnswerFacts): void {
  const name = Buffer.from(key.name.buffer, key.name.byteOffset, key.nameLength).toString('latin1');
  let answered = names.get(name);
  if (answered === undefined) {
    if (names.size === NAMES_MAX) return;
    answered = { types: new Set(), addresses: new Set() };
    names.set(name, answered);
  }
  const { types, addresses } = answered;
  if (types.size < ANSWERED_MAX) types.add(key.type);
  if (readAnswer(answer.message, answer.messageLength, facts) !== ANSWER_FAULT.NONE) return;
  const address = Buffer.alloc(ADDRESS_BYTES);
  for (let index = 0; index < facts.addressCount && addresses.size < ANSWERED_MAX; index++) {
    readMappedAddress(answer.message, facts.addressOffsets[index]!, facts.addressBytes[index]!, address);
    addresses.add(address.toString('hex'));
  }
}

function isOfLastHour({ key, answer }: EntryWalk, isWanted: boolean, nowSeconds: number): boolean {
  // Without a single record it is a failure, or a note of the data plane's own.
  if ((key.variant & VARIANTS_PASSED_OVER) !== 0 || answer.ttlCount === 0) return false;
  // Whoever heard that there is no such name does not miss it.
  if ((answer.message[RCODE_OFFSET]! & 0x0f) !== NO_ERROR) return false;
  return answer.storedAtSeconds > nowSeconds - HOUR_SECONDS || (isWanted && answer.expiresAtSeconds > nowSeconds);
}
