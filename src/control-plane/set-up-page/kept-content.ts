// What the page shows, made once per change: signing profiles, drawing codes and looking into certificates take the main thread
// milliseconds, and anybody may ask for them. Main thread.

import { statSync } from 'node:fs';
import { authorityPaths } from '../certificates/local-pair.ts';
import { type ClientFactParts, type ClientFacts, clientFacts } from '../clients/client-facts.ts';

/** Pages differ by device and by the address that the browser came to. */
const KEPT_MAX = 64;

export class KeptContent {
  readonly #parts: ClientFactParts;
  readonly #nowSeconds: () => number;
  #lookedAtSeconds = -1;
  #certificates: unknown;
  #surroundings: string | undefined;
  #hasAuthority = false;
  #facts: ClientFacts | undefined;
  readonly #made = new Map<string, unknown>();

  constructor(parts: ClientFactParts, nowSeconds: () => number) {
    this.#parts = parts;
    this.#nowSeconds = nowSeconds;
  }

  get facts(): ClientFacts {
    this.#look();
    if (this.#facts === undefined) {
      this.#facts = clientFacts(this.#parts);
      // It is there and could not be read: looked for again.
      if (this.#facts.localCa === undefined && this.#hasAuthority) this.#surroundings = undefined;
    }
    return this.#facts;
  }

  /** What `make` made of the facts as they are, the first time. A name stands for one kind of content. */
  make<Content>(name: string, make: (facts: ClientFacts) => Content): Content {
    const { facts } = this;
    const kept = this.#made.get(name);
    if (kept !== undefined) return kept as Content;
    const made = make(facts);
    if (this.#made.size >= KEPT_MAX) this.#made.clear();
    this.#made.set(name, made);
    return made;
  }

  /** Forgets what certificates, addresses or a local CA of before have made. Looks once a second at most. */
  #look(): void {
    const now = this.#nowSeconds();
    if (now === this.#lookedAtSeconds) return;
    this.#lookedAtSeconds = now;
    const { certificates } = this.#parts;
    const surroundings = this.#readSurroundings() ?? this.#surroundings;
    if (certificates() === this.#certificates && surroundings === this.#surroundings) return;
    this.#certificates = certificates();
    this.#surroundings = surroundings;
    this.#facts = undefined;
    this.#made.clear();
  }

  /** Undefined where the system does not say: the folder may not be entered, or descriptors have run out. */
  #readSurroundings(): string | undefined {
    const { settings, localAddresses } = this.#parts;
    try {
      const authority = statSync(authorityPaths(settings.certificateDirectory).certPath, { throwIfNoEntry: false });
      this.#hasAuthority = authority !== undefined;
      return [authority?.mtimeMs, ...localAddresses()].join(' ');
    } catch {
      return undefined;
    }
  }
}
