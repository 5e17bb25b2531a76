// Copies octets between buffers of any Uint8Array kind without making a view (a subarray allocates, a loop is slower).

const bufferCopy = Buffer.prototype.copy;

/** Copies [start, end) of `source` to `target` at `targetStart`; there must be room. */
export function copyOctets(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  targetStart: number,
): void {
  bufferCopy.call(source, target, targetStart, start, end);
}
