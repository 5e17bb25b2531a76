// The cursors of one ring of entries, as the thread that holds the stripe sees them. Entries of this lap stand before the head, those
// of the former lap from the sweep to the limit; what lies between head and sweep is free.

import { RING } from './layout.ts';

export class Ring {
  head = 0;
  sweep = 0;
  limit = 0;
  /** Its units: from `start` on, before `end`. */
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  load(words: Int32Array<SharedArrayBuffer>, at: number): void {
    // Cursors are kept relative, so that a stripe of zeros is an empty one.
    this.head = words[at + RING.HEAD]! + this.start;
    this.sweep = words[at + RING.SWEEP]! + this.start;
    this.limit = words[at + RING.LIMIT]! + this.start;
  }

  save(words: Int32Array<SharedArrayBuffer>, at: number): void {
    words[at + RING.HEAD] = this.head - this.start;
    words[at + RING.SWEEP] = this.sweep - this.start;
    words[at + RING.LIMIT] = this.limit - this.start;
  }

  empty(): void {
    this.head = this.start;
    this.sweep = this.start;
    this.limit = this.start;
  }

  makesSense(): boolean {
    const { start, head, sweep, limit, end } = this;
    const inRing = head >= start && head <= end && limit >= start && limit <= end && sweep >= start;
    const formerLapIsAhead = sweep >= head || sweep >= limit;
    return inRing && formerLapIsAhead;
  }

  /** Whether an entry of the former lap must go before `units` can be taken at the head or a new lap begun. */
  mustSweepFor(units: number): boolean {
    return this.sweep < this.limit && (this.sweep < this.head + units || this.head + units > this.end);
  }

  /** Once nothing has to be swept: false if the rest is too short. */
  hasRoomFor(units: number): boolean {
    return this.head + units <= this.end;
  }

  beginLap(): void {
    this.limit = this.head;
    this.head = this.start;
    this.sweep = this.start;
  }

  take(units: number): number {
    const unit = this.head;
    this.head += units;
    return unit;
  }
}
