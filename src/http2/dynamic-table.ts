// The table of fields that a peer has sent and may refer to (RFC 7541 section 2.3.2): a ring, newest first, bounded in octets.

/** What we allow, and what holds without a SETTINGS frame. */
export const TABLE_MAX_BYTES = 4096;
/** Counted for each field on top of its name and value (section 4.1). */
export const FIELD_OVERHEAD_BYTES = 32;

const CAPACITY = TABLE_MAX_BYTES / FIELD_OVERHEAD_BYTES;

export class DynamicTable {
  readonly #names: string[] = new Array<string>(CAPACITY).fill('');
  readonly #values: string[] = new Array<string>(CAPACITY).fill('');
  /** Where the next field goes. */
  #next = 0;
  #bytes = 0;
  #limitBytes = TABLE_MAX_BYTES;
  count = 0;

  /** `age`: 0 is the newest of `count` fields. */
  nameAt(age: number): string {
    return this.#names[this.#slot(age)]!;
  }

  valueAt(age: number): string {
    return this.#values[this.#slot(age)]!;
  }

  /** Adds a field; older ones make room. One that is larger than the table empties it (section 4.4). */
  add(name: string, value: string): void {
    const bytes = fieldBytes(name, value);
    this.#evictTo(this.#limitBytes - bytes);
    if (bytes > this.#limitBytes) return;
    this.#names[this.#next] = name;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % CAPACITY;
    this.#bytes += bytes;
    this.count++;
  }

  /** False if the peer takes more than it was given. */
  resize(limitBytes: number): boolean {
    if (limitBytes > TABLE_MAX_BYTES) return false;
    this.#limitBytes = limitBytes;
    this.#evictTo(limitBytes);
    return true;
  }

  #evictTo(bytes: number): void {
    while (this.count > 0 && this.#bytes > bytes) {
      const oldest = this.#slot(this.count - 1);
      this.#bytes -= fieldBytes(this.#names[oldest]!, this.#values[oldest]!);
      this.#names[oldest] = '';
      this.#values[oldest] = '';
      this.count--;
    }
  }

  #slot(age: number): number {
    return (this.#next - 1 - age + 2 * CAPACITY) % CAPACITY;
  }
}

/** Octets are characters here (latin1). */
export function fieldBytes(name: string, value: string): number {
  return name.length + value.length + FIELD_OVERHEAD_BYTES;
}
