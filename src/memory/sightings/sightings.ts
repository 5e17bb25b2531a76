// Names that were asked only to show that the question came here (check.sotto.internal): which transport each came over, noted
// by the query thread that said no, looked up by the set-up page. 256 KiB, written in place; a note that another one takes
// the place of is lost, and the page then says that it saw nothing.

/** Below it: labels of 16 hexadecimal digits, drawn by whoever wants to know. */
export const CHECK_ZONE = 'check.sotto.internal';

const TOKEN_PATTERN = /^[0-9a-f]{16}$/;
const TOKEN_CHARACTERS = 16;
/** A power of two. */
const PLACES = 16_384;
const WORD = { HIGH: 0, LOW: 1, TRANSPORT: 2, SECONDS: 3 } as const;
const PLACE_WORDS = 4;
const FORGOTTEN_AFTER_SECONDS = 60;

/** All zeros: nothing was seen. */
export function createSightings(): SharedArrayBuffer {
  return new SharedArrayBuffer(PLACES * PLACE_WORDS * Int32Array.BYTES_PER_ELEMENT);
}

export class Sightings {
  readonly #words: Int32Array;

  /** `buffer`: of createSightings. */
  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
  }

  /** `name`: on the wire, lower-case; one that does not begin with a token is not noted. `transport`: its index. */
  note(name: Uint8Array, transport: number, nowSeconds: number): void {
    if (name[0] !== TOKEN_CHARACTERS) return;
    const token = String.fromCharCode(...name.subarray(1, 1 + TOKEN_CHARACTERS));
    if (!TOKEN_PATTERN.test(token)) return;
    const words = this.#words;
    const { high, low, at } = placeOf(token);
    // Nobody believes the place until all of it is written.
    Atomics.store(words, at + WORD.TRANSPORT, 0);
    Atomics.store(words, at + WORD.HIGH, high);
    Atomics.store(words, at + WORD.LOW, low);
    Atomics.store(words, at + WORD.SECONDS, nowSeconds);
    Atomics.store(words, at + WORD.TRANSPORT, transport + 1);
  }

  /** The index of the transport over which `token` was asked within the last minute, or -1. */
  find(token: string, nowSeconds: number): number {
    if (!TOKEN_PATTERN.test(token)) return -1;
    const words = this.#words;
    const { high, low, at } = placeOf(token);
    const isIt = Atomics.load(words, at + WORD.HIGH) === high && Atomics.load(words, at + WORD.LOW) === low;
    const age = nowSeconds - Atomics.load(words, at + WORD.SECONDS);
    return isIt && age <= FORGOTTEN_AFTER_SECONDS ? Atomics.load(words, at + WORD.TRANSPORT) - 1 : -1;
  }
}

function placeOf(token: string): { high: number; low: number; at: number } {
  const high = Number.parseInt(token.slice(0, 8), 16) | 0;
  const low = Number.parseInt(token.slice(8), 16) | 0;
  return { high, low, at: (low & (PLACES - 1)) * PLACE_WORDS };
}
