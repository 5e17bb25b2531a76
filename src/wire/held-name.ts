// The one name of a message that is at hand, written out in lower case. Reused; allocates nothing.

import { HEADER_BYTES } from './header.ts';
import { expandName, foldName, NAME_MAX_BYTES, type NameWork } from './name.ts';

const POINTER = 0xc0;
const POINTER_OFFSET = 0x3fff;
/** Tells a name that is a bare pointer to a place from the name that stands there. */
const BY_POINTER = 0x1_0000;
const NOTHING = -1;
/** What a malformed name may have cost until that was seen. */
const WORK_OF_MALFORMED = 512;

export class HeldName {
  readonly octets: Uint8Array<ArrayBuffer> = new Uint8Array(NAME_MAX_BYTES);
  /** -1: the name that was to be held is malformed. */
  length: number = NOTHING;
  /** Since `begin`. */
  readonly work: NameWork;
  #at: number = NOTHING;

  constructor(work: NameWork) {
    this.work = work;
  }

  /** Another message. */
  begin(): void {
    this.work.octets = 0;
    this.#at = NOTHING;
  }

  /** Holds the name at `offset` of the message; false if it is malformed. Nothing is done for the one that is held already. */
  hold(message: Uint8Array, offset: number, end: number): boolean {
    const target = pointerTarget(message, offset, end);
    const at = target < 0 ? offset : BY_POINTER | target;
    if (at !== this.#at) {
      this.#at = at;
      this.length = expandName(message, offset, end, this.octets, this.work);
      if (this.length < 0) this.work.octets += WORK_OF_MALFORMED;
      foldName(this.octets, this.length);
    }
    return this.length >= 0;
  }
}

/** Where the name at `offset` stands if it is nothing but a pointer to an earlier place, else -1. */
export function pointerTarget(message: Uint8Array, offset: number, end: number): number {
  if (offset + 2 > end || message[offset]! < POINTER) return -1;
  const target = ((message[offset]! << 8) | message[offset + 1]!) & POINTER_OFFSET;
  return target >= HEADER_BYTES && target < offset ? target : -1;
}
