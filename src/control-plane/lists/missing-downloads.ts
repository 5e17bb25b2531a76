// Which lists have never arrived.

import type { Settings } from '../settings/settings.ts';
import type { ListKeeper } from './keep-lists.ts';

/** Names of lists with a URL of which there is no copy. */
export function missingDownloads(settings: Pick<Settings, 'lists'>, lists: ListKeeper): string[] {
  const downloads = new Set(settings.lists.filter(({ source }) => source.kind === 'url').map(({ name }) => name));
  return lists
    .status()
    .filter(({ name, copy }) => copy === undefined && downloads.has(name))
    .map(({ name }) => name);
}
