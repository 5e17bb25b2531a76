// Domain names as octet strings in wire form (RFC 1035 section 3.1). Letter case is folded for ASCII only (RFC 4343).

export const NAME_MAX_BYTES = 255;
export const LABEL_MAX_BYTES = 63;

/** Offset after the name at `offset` (a pointer ends it, unfollowed), or -1 if it is malformed or runs past `end`. */
export function skipName(_message: Uint8Array, _offset: number, _end: number): number {
  throw new Error('not built');
}

/**
 * Copies the name at `offset` into `out`, following compression pointers (only to earlier offsets, bounded hops).
 * Returns its uncompressed length with the root octet (at most 255), or -1.
 */
export function expandName(_message: Uint8Array, _offset: number, _end: number, _out: Uint8Array): number {
  throw new Error('not built');
}

/** Lower-cases the ASCII letters of an uncompressed wire name in place. */
export function foldName(_name: Uint8Array, _length: number): void {
  throw new Error('not built');
}

/** Whether two wire names are the same under ASCII case folding. */
export function sameName(_a: Uint8Array, _aLength: number, _b: Uint8Array, _bLength: number): boolean {
  throw new Error('not built');
}
