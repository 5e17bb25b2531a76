// Questions whose right answers are known, in the proportions of a household: mostly names asked before, many blocked ones, some
// that are new to the cache, some that must not leave the host. Answers are judged whole.

import assert from 'node:assert/strict';
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type OptAnswer,
  RECURSION_DESIRED,
  type RecordType,
} from 'dns-packet';
import { EXTENDED_ERROR, OPTION } from '../../src/wire/numbers.ts';

/** Blocked by the downloaded list. */
export const LISTED_NAMES = Array.from({ length: 50 }, (_unused, index) => `ad${index}.ads.example`);
/** As `rules` of the policy says it. */
export const BLOCKING_RULE = '||tracker.example^';

/** What a right answer is. Addresses, names and texts are in `records`, sorted, those of ANSWER alone. */
export interface KnownQuestion {
  readonly name: string;
  readonly type: RecordType;
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL';
  readonly records: readonly string[];
  /** Does not fit a datagram: over UDP the answer comes truncated. */
  readonly isLarge?: boolean;
  /** EDE code that the answer carries if the query had OPT. */
  readonly extendedError?: number;
}

export const answered = (name: string, ...records: string[]): KnownQuestion => ({
  name,
  type: 'A',
  rcode: 'NOERROR',
  records,
});
export const missing = (name: string): KnownQuestion => ({ ...answered(name), rcode: 'NXDOMAIN' });
export const blocked = (name: string): KnownQuestion => ({ ...missing(name), extendedError: EXTENDED_ERROR.BLOCKED });
/** The upstream is away. */
export const failed = (name: string): KnownQuestion => ({
  ...answered(name),
  rcode: 'SERVFAIL',
  extendedError: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY,
});

type Maker = (index: number) => KnownQuestion;

const cached: Maker = () => answered('www.lab.example', '192.0.2.1');
const unseen: Maker = (index) => answered(`n${index}.many.lab.example`, '192.0.2.9');
const listed: Maker = (index) => blocked(LISTED_NAMES[index % LISTED_NAMES.length]!);
const BIG_TEXTS = Array.from({ length: 40 }, (_unused, index) => String(index).padStart(3, '0') + 'x'.repeat(200));

/** An odd number of them, so that each is asked with OPT and without. */
const MIX: readonly Maker[] = [
  cached,
  unseen,
  listed,
  () => ({ ...answered('WWW.Lab.Example', '2001:db8::1'), type: 'AAAA' }),
  (index) => missing(`no${index}.lab.example`),
  () => answered('chain.lab.example', 'alias.lab.example', 'www.lab.example', '192.0.2.1'),
  unseen,
  (index) => blocked(`x${index}.tracker.example`),
  cached,
  listed,
  () => ({ ...answered('onlyv4.lab.example'), type: 'AAAA' }),
  (index) => missing(`host${index}.local`),
  unseen,
  () => ({ ...answered('text.lab.example', 'a text'), type: 'TXT' }),
  cached,
  () => answered('localhost', '127.0.0.1'),
  (index) => missing(`printer${index}.home.arpa`),
  unseen,
  () => ({ ...answered('big.lab.example', ...BIG_TEXTS), type: 'TXT', isLarge: true }),
  (index) => missing(`hidden${index}.onion`),
  unseen,
];

/** The question with this number; the same number always gives the same one. */
export function mixedQuestion(index: number): KnownQuestion {
  return MIX[index % MIX.length]!(index);
}

/** Every other query has an OPT record: those with an even ID. */
export function encodeQuestion(id: number, { name, type }: Pick<KnownQuestion, 'name' | 'type'>): Buffer {
  const opt: OptAnswer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
  const questions = [{ name, type, class: 'IN' as const }];
  return encode({ type: 'query', id, flags: RECURSION_DESIRED, questions, additionals: id % 2 === 0 ? [opt] : [] });
}

/** Throws an AssertionError that says what is wrong with the answer. */
export function judgeAnswer(question: KnownQuestion, id: number, message: Buffer, isDatagram: boolean): void {
  // The types leave out the RCODE.
  const answer = decode(message) as DecodedPacket & { readonly rcode?: string };
  assert.equal(answer.id, id);
  assert.equal(answer.type, 'response');
  assert.equal(answer.rcode, question.rcode);
  const asked = answer.questions?.map(({ name, type }) => `${name} ${type}`);
  assert.deepEqual(asked, [`${question.name} ${question.type}`]);
  const opt = answer.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  assert.equal(opt !== undefined, id % 2 === 0, 'OPT only where the query had it');
  if (opt !== undefined) assert.equal(extendedErrorOf(opt), question.extendedError, 'EDE');
  const isTruncated = isDatagram && question.isLarge === true;
  assert.equal(answer.flag_tc, isTruncated, 'TC');
  if (isTruncated) return;
  assert.deepEqual((answer.answers ?? []).map(recordText).sort(), [...question.records].sort());
  const hasSoa = (answer.authorities ?? []).some(({ type }) => type === 'SOA');
  assert.equal(hasSoa, question.records.length === 0 && question.rcode !== 'SERVFAIL', 'SOA with negative answers');
}

function recordText(record: Answer): string {
  if (record.type === 'TXT') return String((record.data as Buffer[])[0]);
  return 'data' in record ? String(record.data) : '';
}

function extendedErrorOf({ options }: OptAnswer): number | undefined {
  const option = options.find(({ code }) => Number(code) === OPTION.EXTENDED_ERROR);
  return option === undefined ? undefined : (option as { readonly data: Buffer }).data.readUInt16BE(0);
}
