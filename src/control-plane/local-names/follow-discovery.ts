// Keeps the records about ourselves as certificates and addresses are: compares them now and then, and tells what changed.

import type { LocalRecord } from '../../memory/local-names/local-names-builder.ts';
import { type DiscoveryParts, discoveryRecords } from './discovery-records.ts';

/** As often as address changes are looked for elsewhere. */
const LOOK_MILLISECONDS = 5_000;

export class FollowedDiscovery {
  readonly #parts: () => DiscoveryParts;
  #records: readonly LocalRecord[];
  #onChange: ((records: readonly LocalRecord[]) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `parts`: as they are when it is called. */
  constructor(parts: () => DiscoveryParts) {
    this.#parts = parts;
    this.#records = discoveryRecords(parts());
  }

  get records(): readonly LocalRecord[] {
    return this.#records;
  }

  start(onChange: (records: readonly LocalRecord[]) => void): void {
    this.#onChange = onChange;
    const isWildcard = ({ address }: { readonly address: string }) => address === '0.0.0.0' || address === '::';
    if (this.#parts().listening.some(isWildcard))
      this.#timer = setInterval(() => this.refresh(), LOOK_MILLISECONDS).unref();
  }

  /** New certificates, other addresses. */
  refresh(): void {
    const records = discoveryRecords(this.#parts());
    if (fingerprint(records) === fingerprint(this.#records)) return;
    this.#records = records;
    this.#onChange?.(records);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function fingerprint(records: readonly LocalRecord[]): string {
  return records
    .map(({ owner, type, rdata, additional }) => {
      const texts = [owner, rdata, ...(additional ?? []).map((record) => record.rdata)].map((octets) =>
        Buffer.from(octets).toString('hex'),
      );
      return `${type} ${texts.join(' ')}`;
    })
    .join('\n');
}
