// Watches the files of lists: what somebody writes into one is looked at soon, not at its age. Main thread.

import { FileWatch, signatureOf } from '../file-watch/file-watch.ts';
import type { ScheduledList } from './scheduled-list.ts';

interface WatchedFile {
  readonly scheduled: ScheduledList;
  readonly path: string;
  /** As it was before it was read. */
  readonly since: string;
}

export class FileListWatch {
  readonly #files: readonly WatchedFile[];
  #watches: readonly FileWatch[] = [];

  /** To be made before the files are read: what changes from then on is told. */
  constructor(lists: readonly ScheduledList[]) {
    this.#files = lists.flatMap((scheduled) => {
      const { source } = scheduled.list.settings;
      return source.kind === 'file' ? [{ scheduled, path: source.path, since: signatureOf([source.path]) }] : [];
    });
  }

  start(onChange: (scheduled: ScheduledList) => void): void {
    this.#watches = this.#files.map(
      ({ scheduled, path, since }) => new FileWatch([path], () => onChange(scheduled), { since }),
    );
  }

  stop(): void {
    for (const watch of this.#watches) watch.stop();
  }
}
