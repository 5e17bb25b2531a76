// dnsmasq: `EXPIRY MAC ADDRESS NAME CLIENT-ID`, for IPv6 `EXPIRY IAID ADDRESS NAME DUID` below a `duid` line. 0 never expires,
// `*` is a name that was not given.

import type { LeaseTable } from '../lease-table.ts';
import { ITEMS_PER_SLICE, type Sliced } from '../slices.ts';

export function* parseDnsmasqLeases(text: string, table: LeaseTable): Sliced<void> {
  let line = 0;
  for (const written of text.split('\n')) {
    line++;
    if (line % ITEMS_PER_SLICE === 0) yield;
    const words = written.trim().split(/\s+/, 5);
    if (words[0] === '' || words[0] === 'duid') continue;
    const [expiry = '', , address = '', hostName = ''] = words;
    if (!/^\d{1,15}$/.test(expiry) || hostName === '') table.faults.add(line, 'not a lease');
    else {
      const expirySeconds = expiry === '0' ? Number.POSITIVE_INFINITY : Number(expiry);
      table.put({ address, hostName, expirySeconds, isActive: true, line });
    }
  }
}
