// The body of a DoH POST while it comes in. Grows with the octets received, to at most one DNS message.

import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { copyOctets } from './copy-octets.ts';

const FIRST_BYTES = 512;

export class RequestBody {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  /** False: with `chunk` the body would be larger than any DNS message; nothing was added. */
  append(chunk: Buffer): boolean {
    const length = this.length + chunk.length;
    if (length > MESSAGE_MAX_BYTES) return false;
    if (length > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(MESSAGE_MAX_BYTES, Math.max(2 * this.bytes.length, length)));
      copyOctets(this.bytes, 0, this.length, larger, 0);
      this.bytes = larger;
    }
    copyOctets(chunk, 0, chunk.length, this.bytes, this.length);
    this.length = length;
    return true;
  }
}
