// The header block of a DoH request by GET (RFC 8484 section 4.1), all but the query prepared once per connection.

import { FIELD_FRAMING_MAX_BYTES, NO_TABLE, writeField } from '../http2/hpack-encoder.ts';
import { writeInteger } from '../http2/hpack-integer.ts';
import { base64urlLength, writeBase64url } from './base64url.ts';

/** `:path`, as a literal with an indexed name (RFC 7541 section 6.2.2). */
const PATH_FIELD = 0x04;
/** The longest path and host of an upstream's URL that leave room for the query in one frame. */
export const PATH_MAX_BYTES = 4096;
const LENGTH_MAX_BYTES = 5;

export class RequestTemplate {
  /** `:method`, `:scheme`, `:authority`, and what announces `:path`. */
  readonly #before: Uint8Array;
  /** The path up to where the query is appended. */
  readonly #pathStart: Uint8Array;
  /** The other fields: no user agent, nothing that tells two gateways apart; compression could make a small reply huge. */
  readonly #after: Uint8Array;

  constructor(url: URL) {
    const { host, pathname, search } = url;
    this.#pathStart = Buffer.from(`${pathname}${search === '' ? '?' : `${search}&`}dns=`, 'latin1');
    this.#before = Buffer.concat([
      fields([
        [':method', 'GET'],
        [':scheme', 'https'],
        [':authority', host],
      ]),
      Buffer.of(PATH_FIELD),
    ]);
    this.#after = fields([
      ['accept', 'application/dns-message'],
      ['accept-encoding', 'identity'],
    ]);
    if (this.#pathStart.length > PATH_MAX_BYTES || this.#before.length > PATH_MAX_BYTES)
      throw new TypeError(`${url.href}: longer than an upstream's URL may be`);
  }

  /** An upper bound of what `write` writes. */
  lengthFor(query: Uint8Array): number {
    const fixed = 1 + this.#before.length + LENGTH_MAX_BYTES + this.#pathStart.length + this.#after.length;
    return fixed + base64urlLength(query.length);
  }

  /** Writes the header block that asks `query`; returns its end. `isFirst`: of its connection. */
  write(query: Uint8Array, isFirst: boolean, out: Uint8Array, offset: number): number {
    let position = offset;
    if (isFirst) out[position++] = NO_TABLE;
    position = copy(this.#before, out, position);
    position = writeInteger(out, position, this.#pathStart.length + base64urlLength(query.length), 7, 0);
    position = copy(this.#pathStart, out, position);
    position = writeBase64url(query, out, position);
    return copy(this.#after, out, position);
  }
}

function fields(list: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const length = list.reduce((sum, [, value]) => sum + value.length + FIELD_FRAMING_MAX_BYTES, 0);
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const [name, value] of list) end = writeField(bytes, end, name, value);
  return bytes.subarray(0, end);
}

function copy(from: Uint8Array, out: Uint8Array, offset: number): number {
  for (let i = 0; i < from.length; i++) out[offset + i] = from[i]!;
  return offset + from.length;
}
