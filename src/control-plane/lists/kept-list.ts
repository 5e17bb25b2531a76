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

export class KeptList {
  readonly settings: ListSettings;
  readonly path: string;
  /** What is known of the copy; undefined while there is none that can be used. */
  copy: CopyMetadata | undefined;
  private readonly stateDirectory: string;
  private readonly onEvent: (event: ListEvent) => void;

  constructor(settings: ListSettings, stateDirectory: string, onEvent: (event: ListEvent) => void) {
    this.settings = settings;
    this.stateDirectory = stateDirectory;
    this.path = copyPath(stateDirectory, settings);
    this.onEvent = onEvent;
  }

  /** Finds the copy on the disk. It is read again only where the metadata do not fit it (any more). Never rejects. */
  async open(): Promise<void> {
    const metadata = await readMetadata(this.path, this.settings);
    const fits = metadata?.askedFormat === this.settings.format && (await isAsNoted(this.path, metadata));
    if (fits) this.copy = metadata;
    else await this.readAgain(metadata);
  }

  /** Reads the copy and notes what it is. Where the content is another than was known, its source is no longer trusted. */
  async readAgain(known: CopyMetadata | undefined = this.copy): Promise<void> {
    const hadCopy = this.copy !== undefined;
    this.copy = undefined;
    if (!hadCopy && (await statFile(this.path)) === undefined) return;
    try {
      const content = await readCopy(this.path, this.settings);
      if (content.inspection.refusal !== undefined) throw new ListFailure('garbage', content.inspection.refusal);
      const origin: CopyOrigin = known?.sha256 === content.sha256 ? known : { fetchedAt: 0 };
      await this.note(await describeCopy(this.path, this.settings, content, origin));
      this.onEvent({ kind: 'copy-read-again', list: this.settings.name, path: this.path });
    } catch (error) {
      const reason = error instanceof ListFailure ? error.message : fileReason(error);
      this.onEvent({ kind: 'copy-unusable', list: this.settings.name, path: this.path, reason });
    }
  }

  /** Brings the copy up to date. Rejects with a ListFailure; the copy stays as it was then. */
  async refresh(options: RefreshOptions): Promise<'changed' | 'unchanged'> {
    await makeListDirectory(this.stateDirectory).catch((error: unknown) => {
      throw diskFailure(error, this.stateDirectory);
    });
    return this.settings.source.kind === 'url'
      ? await this.refreshFromUrl(options)
      : await this.refreshFromFile(options);
  }

  private async refreshFromUrl({ lookup, limits, signal, now, onReceived }: RefreshOptions) {
    const known = this.copy;
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
    if (received !== 'not-modified') return await this.adopt(received.content, received.origin);
    if (known !== undefined) await this.note({ ...known, fetchedAt: now });
    return 'unchanged';
  }

  private async refreshFromFile({ limits, now }: RefreshOptions) {
    const path = sourceText(this.settings);
    const found = await stat(path).catch((error: unknown) => {
      throw new ListFailure('file', `${path} cannot be read: ${fileReason(error)}`, { cause: error });
    });
    if (!found.isFile()) throw new ListFailure('file', `${path} is not a regular file`);
    const origin = { fetchedAt: now, sourceSize: found.size, sourceModifiedAt: found.mtimeMs };
    const known = this.copy;
    if (known?.sourceSize === found.size && known.sourceModifiedAt === found.mtimeMs) {
      this.copy = { ...known, ...origin };
      return 'unchanged';
    }
    return await this.adopt(await receiveCopy(this.path, this.settings, readFile(path), limits.maxBytes), origin);
  }

  /** Puts what was received in the place of the copy, if that changes anything. */
  private async adopt(content: CopyContent, origin: CopyOrigin): Promise<'changed' | 'unchanged'> {
    const known = this.copy;
    if (known?.sha256 === content.sha256) {
      await discardPart(this.path);
      await this.note({ ...known, ...origin });
      return 'unchanged';
    }
    const namesBefore = known?.names ?? 0;
    if (this.settings.source.kind === 'url' && content.inspection.names === 0 && namesBefore >= MANY_NAMES) {
      await discardPart(this.path);
      throw new ListFailure('garbage', `it names nothing, while the last copy has ${namesBefore} names`);
    }
    try {
      await adoptPart(this.path);
      const copy = await describeCopy(this.path, this.settings, content, origin);
      await this.note(copy);
    } catch (error) {
      await discardPart(this.path);
      throw diskFailure(error, this.path);
    }
    const { name } = this.settings;
    const { names, format, faultyLines, firstFaults } = content.inspection;
    this.onEvent({ kind: 'list-updated', list: name, names, format, faultyLines, firstFaults, bytes: content.size });
    return 'changed';
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
