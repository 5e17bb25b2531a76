// What the files of names say right now, for commands that run without a gateway.

import type { LocalNameContents, LocalNameSettings } from './compile-local-names.ts';
import { NamesFile } from './names-file.ts';
import { runAtOnce } from './slices.ts';

/** Files that cannot be read say nothing. Discovery is left out: it depends on what a running gateway listens on. */
export function readLocalContents({ resolve }: LocalNameSettings, now: Date): LocalNameContents {
  const read = (file: NamesFile) => {
    runAtOnce(file.refresh(now.getTime() / 1000, () => undefined));
    return file.content;
  };
  return {
    hosts: resolve.hostsFile === undefined ? undefined : read(NamesFile.hosts(resolve.hostsFile)),
    leases: resolve.leaseFiles.map((path) => read(NamesFile.leases(path, resolve.leaseDomain))),
    discovery: [],
  };
}
