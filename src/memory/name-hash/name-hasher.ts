// Hashes every suffix of a name once per query; the block table and the answer cache both use the result.

export const HASH_KEY_BYTES = 16;
export const LABELS_MAX = 128;

/**
 * Reusable, one per thread. After `hash(name, length)`, index i (0 .. labelCount-1) describes the suffix made of the last
 * i+1 labels: index 0 is the top-level domain, index labelCount-1 the whole name. `fullIndex` is -1 for the root name.
 * The hash is keyed (HalfSipHash-1-3, 64-bit result) per installation, so that nobody outside can choose colliding names.
 */
export class NameHasher {
  labelCount = 0;
  /** Offset in the name at which suffix i starts. */
  readonly suffixOffset: Uint8Array<ArrayBuffer> = new Uint8Array(LABELS_MAX);
  /** Low 32 bits, signed. */
  readonly low: Int32Array<ArrayBuffer> = new Int32Array(LABELS_MAX);
  /** High 32 bits, signed. */
  readonly high: Int32Array<ArrayBuffer> = new Int32Array(LABELS_MAX);

  constructor(_key: Uint8Array) {
    throw new Error('not built');
  }

  /** `name`: lower-cased uncompressed wire name at offset 0, `length` octets with its root octet. */
  hash(_name: Uint8Array, _length: number): void {
    throw new Error('not built');
  }
}
