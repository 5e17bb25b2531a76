// The new version of one list that waits until somebody accepts it: finds out whether a version is to wait, and keeps it over restarts.
// Main thread.

import { readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import type { ListSettings } from '../../settings/settings.ts';
import type { ListEvent } from '../list-events.ts';
import { fileReason } from '../list-failure.ts';
import {
  type CopyContent,
  type CopyMetadata,
  type CopyOrigin,
  describeCopy,
  heldPath,
  isAsNoted,
  metadataPath,
  metadataShape,
  sourceText,
} from '../list-store.ts';
import { adoptPart, partPath, replaceFile } from '../replace-file.ts';
import type { Comparison } from './compare-messages.ts';
import { reasonToHoldBack, versionChangeShape } from './version-change.ts';
import { type ComparisonRequest, TOOK_TOO_LONG } from './version-comparisons.ts';

const heldShape = metadataShape.extend({
  /** Milliseconds since 1970. */
  heldSince: z.number(),
  change: versionChangeShape,
  /** Why it could not be compared; what `change` says is of its size alone then. */
  notCompared: z.string().optional(),
});

export interface HeldVersion {
  readonly metadata: z.infer<typeof heldShape>;
  /** The end of a sentence that begins with "it". */
  readonly reason: string;
  /** Some of the names that it would block. They are never written to the disk, so after a restart there are none. */
  readonly examples: readonly string[];
}

export interface HoldBackOptions {
  readonly onEvent: (event: ListEvent) => void;
  /** What a new version would change, or why that cannot be told. */
  readonly compare: (request: ComparisonRequest) => Promise<Comparison | string>;
}

export class HoldBack {
  /** What waits now. */
  version: HeldVersion | undefined;
  /** A version that has just come is being compared with the copy. */
  isComparing = false;
  readonly #copy: string;
  readonly #settings: ListSettings;
  readonly #options: HoldBackOptions;

  /** `copy`: path of the list's kept copy. */
  constructor(copy: string, settings: ListSettings, options: HoldBackOptions) {
    this.#copy = copy;
    this.#settings = settings;
    this.#options = options;
  }

  /** Finds what waits on the disk. True if nothing is against it any more, since the settings have changed. Never rejects. */
  async open(): Promise<boolean> {
    const metadata = await this.#read();
    if (metadata === undefined) {
      await this.drop();
      return false;
    }
    const reason = this.#reasonAgainst(metadata.change, metadata.notCompared);
    this.version = { metadata, reason: reason ?? '', examples: [] };
    if (reason !== undefined) this.#tell(this.version);
    return reason === undefined;
  }

  /** Lays the copy's part file aside where it would change too much. Rejects with the system's error, or what `compare` rejects with. */
  async takes(known: CopyMetadata, content: CopyContent, origin: CopyOrigin): Promise<boolean> {
    const { holdBack, name, action, format, subdomains } = this.#settings;
    if (holdBack === undefined) return false;
    const compared = await this.#compare({
      list: { name, action, format, subdomains },
      before: { path: this.#copy, names: known.names },
      after: { path: partPath(this.#copy), names: content.inspection.names },
    });
    const notCompared = typeof compared === 'string' ? compared : undefined;
    const { examples, ...change } = typeof compared === 'string' ? sizesAlone(known, content) : compared;
    const reason = this.#reasonAgainst(change, notCompared);
    if (reason === undefined) return false;
    const isKnown = this.version?.metadata.sha256 === content.sha256 && this.version.reason === reason;
    const path = heldPath(this.#copy);
    await adoptPart(this.#copy, path);
    const described = await describeCopy(path, this.#settings, content, origin);
    const metadata = { ...described, heldSince: origin.fetchedAt, change, notCompared };
    this.version = { metadata, reason, examples };
    await this.#write();
    if (!isKnown) this.#tell(this.version);
    return true;
  }

  /** What waits still is the newest. */
  async confirm(origin: CopyOrigin): Promise<void> {
    if (this.version === undefined) return;
    this.version = { ...this.version, metadata: { ...this.version.metadata, ...origin } };
    await this.#write();
  }

  /** Puts what waits in the copy's place; its metadata, or undefined if there is nothing. Rejects with the system's error. */
  async release(): Promise<CopyMetadata | undefined> {
    if (this.version === undefined) return undefined;
    const { heldSince: _since, change: _change, notCompared: _notCompared, ...metadata } = this.version.metadata;
    await rename(heldPath(this.#copy), this.#copy);
    return metadata;
  }

  /** Nothing waits any more. Never rejects. */
  async drop(): Promise<void> {
    this.version = undefined;
    const path = heldPath(this.#copy);
    for (const file of [metadataPath(path), path]) await rm(file, { force: true }).catch(() => undefined);
  }

  async #compare(request: ComparisonRequest): Promise<Comparison | string> {
    this.isComparing = true;
    try {
      const compared = await this.#options.compare(request);
      // The machine may have been short of memory just then.
      return typeof compared === 'string' && compared !== TOOK_TOO_LONG
        ? await this.#options.compare(request)
        : compared;
    } finally {
      this.isComparing = false;
    }
  }

  /** What nobody could look at is not taken unseen. */
  #reasonAgainst(change: HeldVersion['metadata']['change'], notCompared: string | undefined): string | undefined {
    const { holdBack, action } = this.#settings;
    if (holdBack === undefined) return undefined;
    if (notCompared !== undefined) return `could not be compared with the one in force (${notCompared})`;
    return reasonToHoldBack(change, holdBack, action);
  }

  #tell({ metadata: { heldSince }, reason }: HeldVersion): void {
    this.#options.onEvent({ kind: 'list-held-back', list: this.#settings.name, heldSince, reason });
  }

  async #read(): Promise<HeldVersion['metadata'] | undefined> {
    const path = heldPath(this.#copy);
    try {
      const { data } = heldShape.safeParse(JSON.parse(await readFile(metadataPath(path), 'utf8')));
      const { name, format } = this.#settings;
      const fits = data?.list === name && data.source === sourceText(this.#settings) && data.askedFormat === format;
      return fits && (await isAsNoted(path, data)) ? data : undefined;
    } catch {
      return undefined;
    }
  }

  /** What cannot be written waits until the next start, and is then fetched and compared again. */
  async #write(): Promise<void> {
    const path = metadataPath(heldPath(this.#copy));
    const octets = Buffer.from(`${JSON.stringify(this.version?.metadata, null, 2)}\n`);
    await replaceFile(path, octets).catch((error: unknown) => {
      this.#options.onEvent({ kind: 'state-not-written', path, reason: fileReason(error) });
    });
  }
}

/** What can be said without a comparison. */
function sizesAlone(known: CopyMetadata, { inspection }: CopyContent): Comparison {
  const more = inspection.names - known.names;
  return {
    rulesBefore: known.names,
    rulesAfter: inspection.names,
    added: Math.max(0, more),
    removed: Math.max(0, -more),
    forAnybodyBefore: known.names,
    forAnybodyAfter: inspection.names,
    ...{ leadingBefore: 0, leadingAfter: 0, newLeading: 0 },
    answered: 0,
    newlyBlocked: 0,
    examples: [],
  };
}
