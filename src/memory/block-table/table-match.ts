// What a look-up found. Reused; owned by whoever asks.

/** A name has fewer labels. */
const SUFFIXES_MAX = 128;

export class TableMatch {
  count = 0;
  /** Which suffix of the name is listed (index as in NameHasher), longest first. */
  readonly suffix: Uint8Array<ArrayBuffer> = new Uint8Array(SUFFIXES_MAX);
  /** The set of its rules. */
  readonly set: Uint32Array<ArrayBuffer> = new Uint32Array(SUFFIXES_MAX);
}
