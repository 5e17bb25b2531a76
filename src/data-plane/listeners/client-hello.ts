// Reads what a TLS client says first (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2), as far as it takes to know by which name it
// calls us, and whether it is a certificate authority that looks for a challenge certificate (RFC 8737). OpenSSL is the one that
// judges it: what cannot be read here is a client that has named nobody.

/** RFC 8737 section 4; an authority offers this protocol alone. */
export const CHALLENGE_PROTOCOL = 'acme-tls/1';
/** Real ones have a third of it at most. */
export const HELLO_MAX_BYTES = 8_192;
/** Each is looked at again with every octet that comes. Real ones have one or a few. */
export const HELLO_MAX_RECORDS = 32;

export type FirstWords =
  /** No use to look again before so many octets have come. */
  | { readonly kind: 'incomplete'; readonly octetsWanted: number }
  /** `serverName`: SNI in lower case; empty if there is none. */
  | { readonly kind: 'client'; readonly serverName: string }
  /** Offers `acme-tls/1` and nothing else. */
  | { readonly kind: 'challenge'; readonly serverName: string };

/** Once enough has come. */
export type WordsHeard = Exclude<FirstWords, { kind: 'incomplete' }>;

const UNREADABLE: FirstWords = { kind: 'client', serverName: '' };

const HANDSHAKE_RECORD = 22;
const RECORD_HEADER_BYTES = 5;
const CLIENT_HELLO = 1;
const MESSAGE_HEADER_BYTES = 4;
const VERSION_AND_RANDOM_BYTES = 2 + 32;
const SERVER_NAME_EXTENSION = 0;
const ALPN_EXTENSION = 16;
const HOST_NAME = 0;

/** `octets`: all that has come so far, from the first one on. */
export function readFirstWords(octets: Uint8Array): FirstWords {
  const message = messageInRecords(octets);
  if (message === undefined) return UNREADABLE;
  if (typeof message === 'number') return { kind: 'incomplete', octetsWanted: message };
  const extensions = extensionsOf(new Field(message));
  const protocols = new Field(extensions.get(ALPN_EXTENSION) ?? NOTHING);
  const serverName = hostNameIn(new Field(extensions.get(SERVER_NAME_EXTENSION) ?? NOTHING));
  return { kind: isChallengeAlone(protocols) ? 'challenge' : 'client', serverName };
}

const NOTHING = new Uint8Array(0);
const latin1 = new TextDecoder('latin1');

/**
 * The ClientHello behind its header, put together from as many records as it takes; or how many octets there must be to know more;
 * undefined for anything else.
 */
function messageInRecords(octets: Uint8Array): Uint8Array | number | undefined {
  if (octets.length > HELLO_MAX_BYTES) return undefined;
  let message: Uint8Array = NOTHING;
  let start = 0;
  for (let records = 1; start < octets.length; records++) {
    if (records > HELLO_MAX_RECORDS || octets[start] !== HANDSHAKE_RECORD) return undefined;
    const contentStart = start + RECORD_HEADER_BYTES;
    if (octets.length < contentStart) return contentStart;
    const end = contentStart + ((octets[start + 3]! << 8) | octets[start + 4]!);
    if (end === contentStart || end > HELLO_MAX_BYTES) return undefined;
    message = Buffer.concat([message, octets.subarray(contentStart, end)]);
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return undefined;
    const wanted = messageBytes(message);
    if (wanted > HELLO_MAX_BYTES) return undefined;
    if (message.length >= wanted) return message.subarray(MESSAGE_HEADER_BYTES, wanted);
    if (octets.length < end) return Math.min(end, octets.length + wanted - message.length);
    start = end;
  }
  return start + RECORD_HEADER_BYTES;
}

/** With its header, or as much as it takes to know. */
function messageBytes(start: Uint8Array): number {
  if (start.length < MESSAGE_HEADER_BYTES) return MESSAGE_HEADER_BYTES;
  return MESSAGE_HEADER_BYTES + ((start[1]! << 16) | (start[2]! << 8) | start[3]!);
}

function extensionsOf(hello: Field): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  hello.take(VERSION_AND_RANDOM_BYTES);
  hello.vector(1); // session ID
  hello.vector(2); // cipher suites
  hello.vector(1); // compression methods
  const extensions = new Field(hello.vector(2));
  while (extensions.remains) {
    const type = extensions.number(2);
    const value = extensions.vector(2);
    // One that is there twice is a fault, for OpenSSL to answer.
    if (!extensions.isBroken && !found.has(type)) found.set(type, value);
  }
  return hello.isBroken || extensions.isBroken ? new Map() : found;
}

function isChallengeAlone(extension: Field): boolean {
  const list = new Field(extension.vector(2));
  return latin1.decode(list.vector(1)) === CHALLENGE_PROTOCOL && !list.remains && !list.isBroken && !extension.isBroken;
}

function hostNameIn(extension: Field): string {
  const list = new Field(extension.vector(2));
  const type = list.number(1);
  const name = list.vector(2);
  return type === HOST_NAME && !list.isBroken ? latin1.decode(name).toLowerCase() : '';
}

/** Numbers and length-prefixed vectors, one after the other; reading past the end breaks the field and gives nothing. */
class Field {
  readonly #octets: Uint8Array;
  #offset = 0;
  isBroken = false;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get remains(): boolean {
    return this.#offset < this.#octets.length;
  }

  take(bytes: number): Uint8Array {
    const end = this.#offset + bytes;
    if (end > this.#octets.length) {
      this.isBroken = true;
      this.#offset = this.#octets.length;
      return NOTHING;
    }
    const taken = this.#octets.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  /** Big-endian; 0 past the end. */
  number(bytes: 1 | 2): number {
    let value = 0;
    for (const octet of this.take(bytes)) value = (value << 8) | octet;
    return value;
  }

  /** What follows its own length. */
  vector(lengthBytes: 1 | 2): Uint8Array {
    return this.take(this.number(lengthBytes));
  }
}
