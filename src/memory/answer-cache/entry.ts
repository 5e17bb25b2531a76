// One entry of an arena: how it is written and how it is read without trusting a single word of it. README.md has the picture.

import { ANSWER_RECORDS_MAX } from '../../wire/answer-reader.ts';
import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { type AnswerKey, type CachedAnswer, NAME_MAX_BYTES } from './cached-answer.ts';
import { type Checksum, mixWord } from './checksum.ts';
import { UNIT_WORDS } from './layout.ts';

type SharedWords = Int32Array<SharedArrayBuffer>;

const CHECKSUM_LOW = 0;
const CHECKSUM_HIGH = 1;
const STORED_AT = 2;
const EXPIRES_AT = 3;
const POLICY_GENERATION = 4;
const INSPECTION = 5;
/** Octets of the message (16 bits), number of TTL offsets (16 bits). */
const LENGTHS = 6;
/** Type (16 bits), class (16 bits). */
const KIND = 7;
/** Octets of the name (8 bits), lower bits of the variant (8 bits), bucket (16 bits). */
const NAME_AND_PLACE = 8;
const CLEAN_GROUPS = 9;
/** Who is asked, of the variant (16 bits), the last group that is none of the first 32 and may have it (16 bits). */
const ASKED_AND_GROUP = 10;
const HEADER_WORDS = 11;
// Copies of its own: V8 knows the value of a module's constants, not that of imported ones.
const WORDS_OF_UNIT = UNIT_WORDS;
const TTLS_MAX = ANSWER_RECORDS_MAX;

const VARIANT_MAX = 0xff_ffff;
/** The bits of AnswerKey.variant that file something else than an answer: a failure, a note. */
const VARIANTS_OF_NO_ANSWER = 0x50;

/** Words of an entry's parts, padded to whole units. */
function unitsOf(nameLength: number, ttlCount: number, messageLength: number): number {
  const words = HEADER_WORDS + ((nameLength + 3) >>> 2) + ((ttlCount + 1) >>> 1) + ((messageLength + 3) >>> 2);
  return (words + 1) >>> 1;
}

/** Units that the entry for this key and answer takes, or -1 if no entry can hold it. */
export function entryUnits(key: AnswerKey, answer: CachedAnswer): number {
  const keyFits = key.nameLength <= NAME_MAX_BYTES && key.variant <= VARIANT_MAX;
  const answerFits = answer.ttlCount <= ANSWER_RECORDS_MAX && answer.messageLength <= MESSAGE_MAX_BYTES;
  return keyFits && answerFits ? unitsOf(key.nameLength, answer.ttlCount, answer.messageLength) : -1;
}

/** Units that the entry at `at` says it takes; the word may be garbage. */
export function claimedUnits(words: SharedWords, at: number): number {
  const lengths = words[at + LENGTHS]!;
  return unitsOf(words[at + NAME_AND_PLACE]! & 0xff, lengths >>> 16, lengths & 0xffff);
}

/** Bucket that the entry at `at` says it is linked from; the word may be garbage. */
export function claimedBucket(words: SharedWords, at: number): number {
  return words[at + NAME_AND_PLACE]! >>> 16;
}

/**
 * Whether the entry at `at` says it answers a question: failures, notes, and messages of no octets, which say that something else is
 * outdated, do not. The words may be garbage.
 */
export function claimsToAnswer(words: SharedWords, at: number): boolean {
  return ((words[at + NAME_AND_PLACE]! >>> 8) & VARIANTS_OF_NO_ANSWER) === 0 && (words[at + LENGTHS]! & 0xffff) !== 0;
}

/** First second in which the entry at `at` says it is not given any more; the word may be garbage. */
export function claimedExpirySeconds(words: SharedWords, at: number): number {
  return words[at + EXPIRES_AT]!;
}

/** Whether the entry at `at`, which may be garbage, says it is the answer to `key`. For the writer that holds the stripe. */
export function isFiledUnder(words: SharedWords, at: number, arenaEnd: number, key: AnswerKey): boolean {
  const { name, nameLength } = key;
  if (at + HEADER_WORDS + ((nameLength + 3) >>> 2) > arenaEnd) return false;
  if (words[at + KIND] !== kindOf(key) || (words[at + NAME_AND_PLACE]! & 0xffff) !== nameAndVariantOf(key))
    return false;
  if ((words[at + ASKED_AND_GROUP]! & 0xffff) !== key.variant >>> 8) return false;
  const firstNameWord = at + HEADER_WORDS;
  const wholeWords = nameLength >>> 2;
  for (let i = 0; i < wholeWords; i++) if (words[firstNameWord + i] !== nameWord(name, i)) return false;
  return (nameLength & 3) === 0 || words[firstNameWord + wholeWords] === lastNameWord(name, nameLength);
}

/** Whether the entry at `at`, filed under `key`, holds this message, of this age; notes beside it may differ. For the writer that holds the stripe. */
export function isSameAnswer(
  words: SharedWords,
  at: number,
  arenaEnd: number,
  key: AnswerKey,
  answer: CachedAnswer,
): boolean {
  const { ttlCount, messageLength, messageWords } = answer;
  if (words[at + STORED_AT] !== answer.storedAtSeconds || words[at + EXPIRES_AT] !== answer.expiresAtSeconds)
    return false;
  if (words[at + LENGTHS] !== (messageLength | (ttlCount << 16))) return false;
  if (at + unitsOf(key.nameLength, ttlCount, messageLength) * WORDS_OF_UNIT > arenaEnd) return false;
  padWithZeros(answer);
  const first = at + HEADER_WORDS + ((key.nameLength + 3) >>> 2) + ((ttlCount + 1) >>> 1);
  const count = (messageLength + 3) >>> 2;
  for (let i = 0; i < count; i++) if (words[first + i] !== messageWords[i]) return false;
  return true;
}

/**
 * Copies the key that the entry at `at` says it is filed under into `key`, hashes excepted; false if that makes no sense. What
 * was copied may still be garbage: readEntry with this key tells.
 */
export function readClaimedKey(words: SharedWords, at: number, arenaEnd: number, key: AnswerKey): boolean {
  if (at + HEADER_WORDS > arenaEnd) return false;
  const kind = words[at + KIND]!;
  const nameAndPlace = words[at + NAME_AND_PLACE]!;
  const nameLength = nameAndPlace & 0xff;
  const firstNameWord = at + HEADER_WORDS;
  if (nameLength === 0 || firstNameWord + ((nameLength + 3) >>> 2) > arenaEnd) return false;
  for (let i = 0; i < nameLength; i++) key.name[i] = words[firstNameWord + (i >>> 2)]! >>> ((i & 3) << 3);
  key.nameLength = nameLength;
  key.type = kind & 0xffff;
  key.class = kind >>> 16;
  key.variant = ((nameAndPlace >>> 8) & 0xff) | ((words[at + ASKED_AND_GROUP]! & 0xffff) << 8);
  return true;
}

/** Writes and seals. The checksum is taken of what was meant, never of what shared memory says by now. */
export function writeEntry(
  words: SharedWords,
  at: number,
  bucket: number,
  key: AnswerKey,
  answer: CachedAnswer,
  checksum: Checksum,
): void {
  const { nameLength } = key;
  const { ttlCount, messageLength } = answer;
  const storedAt = answer.storedAtSeconds | 0;
  const expiresAt = answer.expiresAtSeconds | 0;
  const policyGeneration = answer.policyGeneration | 0;
  const inspection = answer.inspection | 0;
  const cleanGroups = answer.cleanGroups | 0;
  const askedAndGroup = (key.variant >>> 8) | (answer.otherCleanGroup << 16);
  const lengths = messageLength | (ttlCount << 16);
  const kind = kindOf(key);
  const nameAndPlace = nameAndVariantOf(key) | (bucket << 16);
  words[at + STORED_AT] = storedAt;
  words[at + EXPIRES_AT] = expiresAt;
  words[at + POLICY_GENERATION] = policyGeneration;
  words[at + INSPECTION] = inspection;
  words[at + LENGTHS] = lengths;
  words[at + KIND] = kind;
  words[at + NAME_AND_PLACE] = nameAndPlace;
  words[at + CLEAN_GROUPS] = cleanGroups;
  words[at + ASKED_AND_GROUP] = askedAndGroup;

  let next = at + HEADER_WORDS;
  let mix = mixWord(mixWord(0, cleanGroups), askedAndGroup);
  const wholeNameWords = nameLength >>> 2;
  for (let i = 0; i < wholeNameWords; i++) {
    const word = nameWord(key.name, i);
    words[next++] = word;
    mix = mixWord(mix, word);
  }
  if ((nameLength & 3) !== 0) {
    const word = lastNameWord(key.name, nameLength);
    words[next++] = word;
    mix = mixWord(mix, word);
  }

  padWithZeros(answer);
  const ttlWords = (ttlCount + 1) >>> 1;
  for (let i = 0; i < ttlWords; i++) {
    const word = answer.ttlOffsetWords[i]!;
    words[next++] = word;
    mix = mixWord(mix, word);
  }
  checksum.start(storedAt, expiresAt, policyGeneration, inspection, lengths, kind, nameAndPlace, mix);
  checksum.copy(answer.messageWords, 0, words, next, (messageLength + 3) >>> 2);

  words[at + CHECKSUM_LOW] = checksum.low();
  words[at + CHECKSUM_HIGH] = checksum.high();
}

/**
 * Copies the entry at `at` into `answer`. True only if it lies before `arenaEnd`, is filed under `key`, has not expired, and what
 * was copied carries the right checksum. Every shared word that counts is read once, so what was checked is what was copied.
 */
export function readEntry(
  words: SharedWords,
  at: number,
  arenaEnd: number,
  key: AnswerKey,
  nowSeconds: number,
  answer: CachedAnswer,
  checksum: Checksum,
): boolean {
  const storedAt = words[at + STORED_AT]!;
  const expiresAt = words[at + EXPIRES_AT]!;
  const policyGeneration = words[at + POLICY_GENERATION]!;
  const inspection = words[at + INSPECTION]!;
  const lengths = words[at + LENGTHS]!;
  const kind = words[at + KIND]!;
  const nameAndPlace = words[at + NAME_AND_PLACE]!;
  const askedAndGroup = words[at + ASKED_AND_GROUP]!;
  if (kind !== kindOf(key) || (nameAndPlace & 0xffff) !== nameAndVariantOf(key) || nowSeconds >= expiresAt)
    return false;
  if ((askedAndGroup & 0xffff) !== key.variant >>> 8) return false;
  const cleanGroups = words[at + CLEAN_GROUPS]!;
  const { name, nameLength } = key;
  const { ttlOffsetWords } = answer;
  const messageLength = lengths & 0xffff;
  const ttlCount = lengths >>> 16;
  if (ttlCount > TTLS_MAX) return false;
  if (at + unitsOf(nameLength, ttlCount, messageLength) * WORDS_OF_UNIT > arenaEnd) return false;

  let next = at + HEADER_WORDS;
  let mix = mixWord(mixWord(0, cleanGroups), askedAndGroup);
  const wholeNameWords = nameLength >>> 2;
  for (let i = 0; i < wholeNameWords; i++) {
    const word = words[next++]!;
    if (word !== nameWord(name, i)) return false;
    mix = mixWord(mix, word);
  }
  if ((nameLength & 3) !== 0) {
    const word = words[next++]!;
    if (word !== lastNameWord(name, nameLength)) return false;
    mix = mixWord(mix, word);
  }
  const ttlWords = (ttlCount + 1) >>> 1;
  for (let i = 0; i < ttlWords; i++) {
    const word = words[next++]!;
    ttlOffsetWords[i] = word;
    mix = mixWord(mix, word);
  }
  checksum.start(storedAt, expiresAt, policyGeneration, inspection, lengths, kind, nameAndPlace, mix);
  checksum.copy(words, next, answer.messageWords, 0, (messageLength + 3) >>> 2);
  if (words[at + CHECKSUM_LOW] !== checksum.low() || words[at + CHECKSUM_HIGH] !== checksum.high()) return false;

  answer.messageLength = messageLength;
  answer.ttlCount = ttlCount;
  answer.storedAtSeconds = storedAt;
  answer.expiresAtSeconds = expiresAt;
  answer.policyGeneration = policyGeneration >>> 0;
  answer.cleanGroups = cleanGroups;
  answer.otherCleanGroup = askedAndGroup >>> 16;
  answer.inspection = inspection;
  return true;
}

/** Whole words are copied: what an earlier message left in the last ones does not belong to this answer. */
function padWithZeros(answer: CachedAnswer): void {
  for (let i = answer.messageLength; (i & 3) !== 0; i++) answer.message[i] = 0;
  if ((answer.ttlCount & 1) !== 0) answer.ttlOffsets[answer.ttlCount] = 0;
}

function kindOf(key: AnswerKey): number {
  return key.type | (key.class << 16);
}

function nameAndVariantOf(key: AnswerKey): number {
  return key.nameLength | ((key.variant & 0xff) << 8);
}

/** Four octets of the name as a number that does not depend on the machine's byte order. */
function nameWord(name: Uint8Array, index: number): number {
  const at = index << 2;
  return name[at]! | (name[at + 1]! << 8) | (name[at + 2]! << 16) | (name[at + 3]! << 24);
}

/** The last one to three octets, zeros behind them. */
function lastNameWord(name: Uint8Array, nameLength: number): number {
  const at = nameLength & ~3;
  let word = name[at]!;
  if ((nameLength & 3) > 1) word |= name[at + 1]! << 8;
  if ((nameLength & 3) > 2) word |= name[at + 2]! << 16;
  return word;
}
