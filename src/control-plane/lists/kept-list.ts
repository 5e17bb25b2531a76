// One configured list: its kept copy, and how that is brought up to date from a URL or a file. Main thread.

import { stat } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import type { ListSettings } from '../settings/settings.ts';
import type { ListInput } from './compile-messages.ts';
import { type DownloadedContent, type DownloadLimits, download } from './download.ts';
import { fileChunks } from './file-chunks.ts';
import type { ListEvent } from './list-events.ts';
import { diskFailure, fileReason, ListFailure } from './list-failure.ts';
import {
  type CopyContent,
  type CopyMetadata,
  type CopyOrigin,
  copyPath,
  describeCopy,
  isAsNoted,
  makeListDirectory,
  readMetadata,
  sourceText,
  statFile,
  writeMetadata,
} from './list-store.ts';
import { readCopy, receiveCopy } from './receive-copy.ts';
import { adoptPart, discardPart } from './replace-file.ts';
import { HoldBack, type HoldBackOptions } from './versions/hold-back.ts';

/** An empty list in place of one with at least so many names is taken for an accident. */
const MANY_NAMES = 10;

export interface RefreshOptions {
  readonly lookup: LookupFunction;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Octets over the wire so far, and how many there will be. */
  readonly onReceived: (bytes: number, totalBytes: number | undefined) => void;
}

/** A version that was held back, of the time `since` (milliseconds since 1970). */
export interface AcceptedVersion {
  readonly since: number;
  readonly names: number;
}

export type RefreshOutcome = 'changed' | 'unchanged' | 'held-back';

export class KeptList {
  readonly settings: ListSettings;
  readonly path: string;
  /** What is known of the copy; undefined while there is none that can be used. */
  copy: CopyMetadata | undefined;

  /** What waits until somebody accepts it. */
  readonly holdBack: HoldBack;
  private readonly stateDirectory: string;
  private readonly onEvent: (event: ListEvent) => void;
  /** What changes the copy does so alone. */
  private changing: Promise<unknown> = Promise.resolve();

  constructor(settings: ListSettings, stateDirectory: string, options: HoldBackOptions) {
    this.settings = settings;
    this.stateDirectory = stateDirectory;
    this.path = copyPath(stateDirectory, settings);
    this.onEvent = options.onEvent;
    this.holdBack = new HoldBack(this.path, settings, options);
  }

  /** Finds the copy on the disk. It is read again only where the metadata do not fit it (any more). Never rejects. */
  async open(): Promise<void> {
    const metadata = await readMetadata(this.path, this.settings);
    const fits = metadata?.askedFormat === this.settings.format && (await isAsNoted(this.path, metadata));
    if (fits) this.copy = metadata;
    else await this.readCopy(metadata);
    // Without a copy there is nothing to stay in force.
    if (this.copy === undefined) await this.holdBack.drop();
    else if (await this.holdBack.open()) await this.release().catch(() => undefined);
  }

  /** Reads the copy, which has changed, and notes what it is. Never rejects. */
  async readAgain(): Promise<void> {
    await this.alone(() => this.readCopy(this.copy));
  }

  /** Where the content is another than was known, its source is no longer trusted. */
  private async readCopy(known: CopyMetadata | undefined): Promise<void> {
    if (this.copy === undefined && (await statFile(this.path)) === undefined) return;
    try {
      const content = await readCopy(this.path, this.settings);
      if (content.inspection.refusal !== undefined) throw new ListFailure('garbage', content.inspection.refusal);
      const origin: CopyOrigin = known?.sha256 === content.sha256 ? known : { fetchedAt: 0 };
      await this.note(await describeCopy(this.path, this.settings, content, origin));
      this.onEvent({ kind: 'copy-read-again', list: this.settings.name, path: this.path });
    } catch (error) {
      this.copy = undefined;
      const reason = error instanceof ListFailure ? error.message : fileReason(error);
      this.onEvent({ kind: 'copy-unusable', list: this.settings.name, path: this.path, reason });
    }
  }

  /** Brings the copy up to date. Rejects with a ListFailure; the copy stays as it was then. */
  async refresh(options: RefreshOptions): Promise<RefreshOutcome> {
    await makeListDirectory(this.stateDirectory).catch((error: unknown) => {
      throw diskFailure(error, this.stateDirectory);
    });
    return this.settings.source.kind === 'url'
      ? await this.refreshFromUrl(options)
      : await this.refreshFromFile(options);
  }

  private async refreshFromUrl({ lookup, limits, signal, now, onReceived }: RefreshOptions): Promise<RefreshOutcome> {
    // Of the newest version that is here, also where it is held back; one that could not be compared is to come again.
    const held = this.holdBack.version?.metadata;
    const known = held?.notCompared === undefined ? (held ?? this.copy) : this.copy;
    const validators = known && { url: known.finalUrl, etag: known.etag, lastModified: known.lastModified };
    const url = sourceText(this.settings);
    const received = await download(
      { url, validators, lookup, limits, signal },
      async (response: DownloadedContent) => {
        const body = response.body((bytes) => onReceived(bytes, response.totalBytes));
        const content = await receiveCopy(this.path, this.settings, body, limits.maxBytes);
        const { finalUrl, etag, lastModified } = response;
        return { content, origin: { fetchedAt: now, finalUrl, etag, lastModified } };
      },
    );
    return await this.alone(async () => {
      if (received !== 'not-modified') return await this.adopt(received.content, received.origin);
      // What was asked about may have been accepted meanwhile: it is the newest then all the same.
      if (this.holdBack.version !== undefined) await this.holdBack.confirm({ fetchedAt: now });
      else if (this.copy !== undefined) await this.note({ ...this.copy, fetchedAt: now });
      return 'unchanged';
    });
  }

  private async refreshFromFile({ limits, now }: RefreshOptions): Promise<RefreshOutcome> {
    const path = sourceText(this.settings);
    const found = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw new ListFailure('file', `${path} cannot be read: ${fileReason(error)}`, { cause: error });
    });
    if (!found.isFile()) throw new ListFailure('file', `${path} is not a regular file`);
    // Size and time of the content can be another file's; when that was put there (ctime) nobody can choose.
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    const origin = { fetchedAt: now, sourceSignature: [dev, ino, size, mtimeNs, ctimeNs].join(':') };
    if (await this.alone(() => this.confirmFile(origin))) return 'unchanged';
    const content = await receiveCopy(this.path, this.settings, readFile(path), limits.maxBytes);
    return await this.alone(() => this.adopt(content, origin));
  }

  /** Whether the operator's file still is, or is again, the one that the copy was made of; nothing newer waits then. */
  private async confirmFile(origin: CopyOrigin): Promise<boolean> {
    const known = this.copy;
    if (known === undefined || known.sourceSignature !== origin.sourceSignature) return false;
    // Not written: a file is looked at anew at each start.
    this.copy = { ...known, ...origin };
    if (this.holdBack.version !== undefined) await this.holdBack.drop();
    return true;
  }

  /** One after the other: what is compared or put in its place must not be replaced meanwhile. */
  private alone<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.changing.then(change);
    this.changing = result.catch(() => undefined);
    return result;
  }

  /** Puts what was received in the place of the copy, if that changes anything and nothing is against it. */
  private async adopt(content: CopyContent, origin: CopyOrigin): Promise<RefreshOutcome> {
    const known = this.copy;
    if (known?.sha256 === content.sha256) {
      await discardPart(this.path);
      await this.note({ ...known, ...origin });
      await this.holdBack.drop();
      return 'unchanged';
    }
    const held = this.holdBack.version?.metadata;
    if (held?.sha256 === content.sha256 && held.notCompared === undefined) {
      await discardPart(this.path);
      await this.holdBack.confirm(origin);
      return 'unchanged';
    }
    const namesBefore = known?.names ?? 0;
    if (this.settings.source.kind === 'url' && content.inspection.names === 0 && namesBefore >= MANY_NAMES) {
      await discardPart(this.path);
      throw new ListFailure('garbage', `it names nothing, while the last copy has ${namesBefore} names`);
    }
    try {
      if (known !== undefined && (await this.holdBack.takes(known, content, origin))) return 'held-back';
      await adoptPart(this.path);
      const copy = await describeCopy(this.path, this.settings, content, origin);
      await this.note(copy);
    } catch (error) {
      await discardPart(this.path);
      throw diskFailure(error, this.path);
    }
    await this.holdBack.drop();
    const { name } = this.settings;
    const { names, format, faultyLines, firstFaults } = content.inspection;
    this.onEvent({ kind: 'list-updated', list: name, names, format, faultyLines, firstFaults, bytes: content.size });
    return 'changed';
  }

  /** Puts in force what is held back, and says what that was. Undefined if there is nothing; rejects with a ListFailure. */
  async accept(): Promise<AcceptedVersion | undefined> {
    return await this.alone(() => this.release());
  }

  private async release(): Promise<AcceptedVersion | undefined> {
    const since = this.holdBack.version?.metadata.heldSince ?? 0;
    const copy = await this.holdBack.release().catch((error: unknown) => {
      throw diskFailure(error, this.path);
    });
    if (copy === undefined) return undefined;
    await this.note(copy);
    await this.holdBack.drop();
    const { names, format, faultyLines, size: bytes } = copy;
    this.onEvent({
      kind: 'list-updated',
      list: this.settings.name,
      names,
      format,
      faultyLines,
      firstFaults: [],
      bytes,
    });
    return { since, names };
  }

  /** Metadata that cannot be written cost a reading of the copy at the next start, no more. */
  private async note(metadata: CopyMetadata): Promise<void> {
    this.copy = metadata;
    await writeMetadata(this.path, metadata).catch((error: unknown) => {
      this.onEvent({ kind: 'state-not-written', path: this.path, reason: fileReason(error) });
    });
  }

  /** What the compiler is to make of this list. */
  compileInput(): ListInput {
    const { name, action, format, subdomains } = this.settings;
    const copy = this.copy && { path: this.path, sha256: this.copy.sha256, names: this.copy.names };
    return { name, action, format, subdomains, copy };
  }
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* fileChunks(path);
  } catch (error) {
    throw new ListFailure('file', `${path} cannot be read: ${fileReason(error)}`, { cause: error });
  }
}
