// Dynamic update (RFC 2136) at a name server of the operator's, over TCP, signed where a key is configured. The one thing here that
// leaves in plaintext: the server is written down by the operator, and said at every start.

import { randomInt } from 'node:crypto';
import type { DatagramPeer } from '../../../../sockets/datagram-exchange.ts';
import { askOverStream } from '../../../../upstream/lan-resolver/ask-over-stream.ts';
import {
  HEADER_BYTES,
  rcodeOf,
  readAnswerCount,
  readAuthorityCount,
  readFlags,
  readUint16,
} from '../../../../wire/header.ts';
import { expandName, NAME_MAX_BYTES, skipName } from '../../../../wire/name.ts';
import { knownName, nameToText } from '../../../../wire/name-text.ts';
import { CLASS, TYPE } from '../../../../wire/numbers.ts';
import {
  QUESTION_FIXED_BYTES,
  RECORD_FIXED_BYTES,
  RECORD_RDLENGTH,
  RECORD_TYPE,
} from '../../../../wire/resource-record.ts';
import { rcodeToText } from '../../../../wire/type-text.ts';
import type { DnsProviderSettings } from '../../../settings/acme-settings.ts';
import { AcmeFailure } from '../acme-failure.ts';
import type { DnsProvider } from './dns-provider.ts';
import { faultOfSignature, signMessage } from './transaction-signature.ts';

const TIMEOUT_MILLISECONDS = 10_000;
const TTL_SECONDS = 60;
const OPCODE_UPDATE = 5 << 11;

type Settings = Extract<DnsProviderSettings, { kind: 'rfc2136' }>;

/** `signal` ends what is under way. */
export function dynamicUpdate(settings: Settings, signal: AbortSignal): DnsProvider {
  const update = async (name: string, change: Buffer): Promise<void> => {
    const zone = settings.zone ?? (await findZone(settings.server, name, signal));
    const message = Buffer.concat([header(OPCODE_UPDATE, [1, 0, 1, 0]), question(zone, TYPE.SOA), change]);
    const { rcode } = await exchange(settings, message, signal);
    if (rcode === 0) return;
    const advice = rcode === 5 || rcode === 9 ? '; does it allow this key to change that name?' : '';
    throw new AcmeFailure(
      'local',
      `${placeOf(settings.server)} answers the update of ${zone} with ${rcodeToText(rcode)}${advice}`,
    );
  };
  return {
    present: (name, value) => update(name, textRecord(name, value, CLASS.IN, TTL_SECONDS)),
    // Class NONE takes exactly this record away (RFC 2136 section 2.5.4).
    remove: (name, value) => update(name, textRecord(name, value, CLASS.NONE, 0)),
  };
}

/** The zone `name` is in, as the server says: the owner of the SOA record in its answer. */
async function findZone(server: DatagramPeer, name: string, signal: AbortSignal): Promise<string> {
  const { answer } = await exchange(
    { server, key: undefined },
    Buffer.concat([header(0, [1, 0, 0, 0]), question(name, TYPE.SOA)]),
    signal,
  );
  let position = skipName(answer, HEADER_BYTES, answer.length) + QUESTION_FIXED_BYTES;
  for (let left = readAnswerCount(answer) + readAuthorityCount(answer); left > 0; left--) {
    const fixed = skipName(answer, position, answer.length);
    if (fixed < 0 || fixed + RECORD_FIXED_BYTES > answer.length) break;
    if (readUint16(answer, fixed + RECORD_TYPE) === TYPE.SOA) {
      const owner = new Uint8Array(NAME_MAX_BYTES);
      if (expandName(answer, position, answer.length, owner) > 0 && isAbove(owner, name)) return nameToText(owner);
    }
    position = fixed + RECORD_FIXED_BYTES + readUint16(answer, fixed + RECORD_RDLENGTH);
  }
  throw new AcmeFailure('local', `${placeOf(server)} names no zone for ${name}; set dns.zone`);
}

/** Behind an alias, a server speaks of the zone of the alias's target, in which this name cannot be written. */
function isAbove(zone: Uint8Array, name: string): boolean {
  const text = nameToText(zone).toLowerCase();
  return text === '.' || `.${name.toLowerCase()}`.endsWith(`.${text}`);
}

/** Rejects with an AcmeFailure where no answer comes, or one that is not signed as it should be. */
async function exchange(
  { server, key }: Pick<Settings, 'server' | 'key'>,
  message: Buffer,
  signal: AbortSignal,
): Promise<{ readonly rcode: number; readonly answer: Buffer }> {
  const signed = key === undefined ? undefined : signMessage(message, key, new Date());
  const answer = await askOnce(server, signed?.message ?? message, signal);
  const place = placeOf(server);
  if (answer.length < HEADER_BYTES || readUint16(answer, 0) !== readUint16(message, 0))
    throw new AcmeFailure('local', `${place} answers something else than it was asked`);
  const rcode = rcodeOf(readFlags(answer));
  if (key !== undefined && signed !== undefined) {
    const fault = faultOfSignature(answer, key, signed.mac, new Date());
    if (fault !== undefined) {
      const said = rcode === 0 ? '' : ` (${rcodeToText(rcode)})`;
      throw new AcmeFailure('local', `the answer of ${place} to a signed message cannot be trusted${said}: ${fault}`);
    }
  }
  return { rcode, answer };
}

async function askOnce(server: DatagramPeer, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  if (signal.aborted) throw new AcmeFailure('local', `${placeOf(server)} is not asked, since the gateway stops`);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const fail = (why: string): void => reject(new AcmeFailure('local', `${placeOf(server)} does not answer (${why})`));
  const stream = askOverStream(server, message, {
    onMessage: (answer) => resolve(Buffer.from(answer)),
    onStreamFailed: fail,
  });
  const end = (why: string): void => {
    stream.close();
    fail(why);
  };
  const onAbort = (): void => end('the gateway stops');
  const timer = setTimeout(() => end(`within ${TIMEOUT_MILLISECONDS / 1000} s`), TIMEOUT_MILLISECONDS);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function header(flags: number, counts: readonly number[]): Buffer {
  const octets = Buffer.alloc(HEADER_BYTES);
  octets.writeUInt16BE(randomInt(0x1_0000), 0);
  octets.writeUInt16BE(flags, 2);
  for (const [index, count] of counts.entries()) octets.writeUInt16BE(count, 4 + 2 * index);
  return octets;
}

function question(name: string, type: number): Buffer {
  return Buffer.concat([knownName(name), Buffer.from([type >>> 8, type & 0xff, 0, CLASS.IN])]);
}

function textRecord(name: string, value: string, recordClass: number, ttlSeconds: number): Buffer {
  const text = Buffer.from(value, 'latin1');
  const fixed = Buffer.alloc(RECORD_FIXED_BYTES);
  fixed.writeUInt16BE(TYPE.TXT, 0);
  fixed.writeUInt16BE(recordClass, 2);
  fixed.writeUInt32BE(ttlSeconds, 4);
  fixed.writeUInt16BE(text.length + 1, RECORD_RDLENGTH);
  return Buffer.concat([knownName(name), fixed, Buffer.from([text.length]), text]);
}

function placeOf({ address, port }: DatagramPeer): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
