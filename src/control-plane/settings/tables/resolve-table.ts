// [resolve]: names from files of this network, discovery of the gateway, and what some clients ask to learn about a network.

import { statSync } from 'node:fs';
import * as z from 'zod';
import { anything, choice, flag, list, text } from '../fields.ts';
import { LEASE_DOMAIN_FORM, readLeaseDomain } from '../lease-domain.ts';
import { PATH_FORM, readPath } from '../operator-path.ts';
import type { Settings } from '../settings.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { readTable, readTexts, type TableContext } from '../table-reader.ts';
import { readDns64 } from './dns64-prefix.ts';
import type { PlacedRecord } from './record-table.ts';
import { readRewrites } from './rewrites.ts';

const LEASE_FILES_MAX = 16;
const URL_FORM = 'an https:// URL';
const DEFAULT_LEASE_DOMAIN = 'lan';

export const RESOLVE_SHAPE = z.strictObject({
  hosts_file: text(PATH_FORM),
  lease_files: list('a list of paths in quotes'),
  lease_domain: text(LEASE_DOMAIN_FORM),
  ddr: choice(['answer', 'nodata', 'nxdomain']),
  info_url: text(URL_FORM),
  firefox_canary: flag(),
  private_relay: choice(['leave', 'block']),
  dns64: anything(),
  rewrites: anything(),
});

/** `rewrites`: as records, which is what they are. */
export interface ReadResolve {
  readonly resolve: Settings['resolve'];
  readonly rewrites: PlacedRecord[];
}

export function readResolve(raw: unknown, context: TableContext): ReadResolve {
  const table = readTable(RESOLVE_SHAPE, raw, ['resolve'], context);
  const leaseFiles = readTexts(
    table.lease_files ?? [],
    ['resolve', 'lease_files'],
    PATH_FORM,
    LEASE_FILES_MAX,
    context,
  );
  const domain = context.faults.accept(
    ['resolve', 'lease_domain'],
    readLeaseDomain(table.lease_domain ?? DEFAULT_LEASE_DOMAIN),
  );
  const resolve = {
    hostsFile:
      table.hosts_file === undefined
        ? undefined
        : readWatchedFile(table.hosts_file, ['resolve', 'hosts_file'], context),
    leaseFiles: leaseFiles.flatMap(({ text: written, path }) => readWatchedFile(written, path, context) ?? []),
    leaseDomain: domain ?? new Uint8Array(1),
    discovery: table.ddr ?? 'answer',
    infoUrl: table.info_url === undefined ? undefined : readInfoUrl(table.info_url, context),
    firefoxCanary: table.firefox_canary ?? true,
    privateRelay: table.private_relay ?? 'leave',
    dns64: readDns64(table.dns64, ['resolve', 'dns64'], context),
  };
  return { resolve, rewrites: readRewrites(table.rewrites, ['resolve', 'rewrites'], context) };
}

/** The absolute path of a file that may come and go. */
function readWatchedFile(written: string, path: SettingsPath, context: TableContext): string | undefined {
  const absolute = context.faults.accept(path, readPath(written, context.baseDirectory));
  if (absolute === undefined) return undefined;
  const stats = statSync(absolute, { throwIfNoEntry: false, bigint: false });
  if (stats === undefined) context.faults.notice(path, `${absolute} is not there yet; its names come when it is`);
  else if (stats.isDirectory()) context.faults.fault(path, `${absolute} is a directory; name a file`);
  return absolute;
}

function readInfoUrl(written: string, context: TableContext): string | undefined {
  const url = URL.parse(written);
  // One string of a TXT-like record (RFC 9606 section 4) has at most 255 octets.
  if (url?.protocol === 'https:' && url.href.length <= 240) return url.href;
  context.faults.fault(
    ['resolve', 'info_url'],
    `${quote(written)} does not fit; allowed: ${URL_FORM} of at most 240 characters`,
  );
  return undefined;
}
