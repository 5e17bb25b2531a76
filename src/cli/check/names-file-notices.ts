// What the files of names would have a gateway complain about, for `sotto check`. One that is not there has its notice already.

import { existsSync } from 'node:fs';
import { NamesFile } from '../../control-plane/local-names/names-file.ts';
import { unreadableFor } from '../../control-plane/local-names/unreadable-file.ts';
import { runAtOnce } from '../../control-plane/local-names/slices.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { visible } from '../visible-text.ts';

export function namesFileNotices({ resolve, server }: Pick<Settings, 'resolve' | 'server'>): string[] {
  const files = [
    ...(resolve.hostsFile === undefined ? [] : [NamesFile.hosts(resolve.hostsFile)]),
    ...resolve.leaseFiles.map((path) => NamesFile.leases(path, resolve.leaseDomain)),
  ];
  const notices: string[] = [];
  const there = files.filter(({ path }) => existsSync(path));
  // This command may be root's, the gateway is not.
  const paths = there.map(({ path }) => path);
  for (const [path, why] of unreadableFor(server.user, paths)) notices.push(visible(`${path} cannot be read: ${why}`));
  for (const file of there) {
    const read = file.refresh(Date.now() / 1000, (level, message) => {
      if (level === 'warn') notices.push(visible(message));
    });
    runAtOnce(read);
  }
  return notices;
}
