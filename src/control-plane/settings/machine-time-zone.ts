// The time zone of this machine by its IANA name, which a schedule without one of its own goes by. `TZ` may say it in ways that Intl does
// not read, and would take for UTC or for none.

import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';

const SYSTEM_ZONE_FILE = '/etc/localtime';
/** What Intl says where it cannot tell. */
const UNKNOWN = 'Etc/Unknown';

/** Undefined: it cannot be told. `written`: the variable TZ, undefined where it is not set. */
export function machineTimeZone(written: string | undefined): string | undefined {
  if (written === undefined) return canonicalZone(undefined) ?? zoneOfFile(SYSTEM_ZONE_FILE);
  const zone = written.replace(/^:/, '');
  if (zone === '') return 'UTC';
  return isAbsolute(zone) ? zoneOfFile(zone) : canonicalZone(zone);
}

/** The right name of a time zone, that of the process where there is none; undefined: it is not known. */
export function canonicalZone(name: string | undefined): string | undefined {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', name === undefined ? {} : { timeZone: name }).resolvedOptions();
    return timeZone === UNKNOWN ? undefined : timeZone;
  } catch {
    return undefined;
  }
}

/** The files of the time zone database are called as the zones are; the system's own is a link to one of them. */
function zoneOfFile(path: string): string | undefined {
  try {
    const zone = /\/zoneinfo[^/]*\/(?:posix\/|right\/)?(.+)$/.exec(realpathSync(path))?.[1];
    return zone === undefined ? undefined : canonicalZone(zone);
  } catch {
    return undefined;
  }
}
