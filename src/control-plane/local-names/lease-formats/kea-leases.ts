// Kea's memfile: comma-separated values under a header that names the columns, the last row about an address counts. `&#x2c`
// stands for a comma within a value.

import type { LeaseTable } from '../lease-table.ts';
import { ITEMS_PER_SLICE, type Sliced } from '../slices.ts';

const NEEDED = ['address', 'valid_lifetime', 'expire', 'hostname', 'state'];
const ACTIVE = '0';
/** Delegated prefixes belong to no host. */
const PREFIX = '2';

export function* parseKeaLeases(text: string, table: LeaseTable): Sliced<void> {
  let columns = new Map<string, number>();
  let line = 0;
  for (const written of text.split('\n')) {
    line++;
    if (line % ITEMS_PER_SLICE === 0) yield;
    const row = written.trim();
    if (row === '' || row.startsWith('#')) continue;
    const values = row.split(',');
    if (values[0] === 'address') {
      columns = new Map(values.map((name, index) => [name, index]));
      continue;
    }
    if (NEEDED.some((name) => values[columns.get(name) ?? -1] === undefined)) {
      table.faults.add(line, 'not a lease');
      continue;
    }
    const value = (name: string): string => (values[columns.get(name) ?? -1] ?? '').replaceAll('&#x2c', ',');
    const expire = Number(value('expire'));
    if (!/^\d{1,15}$/.test(value('expire'))) table.faults.add(line, 'not a lease');
    else if (value('lease_type') !== PREFIX) {
      const isActive = value('state') === ACTIVE && value('valid_lifetime') !== '0';
      const isForever = value('valid_lifetime') === '4294967295';
      const expirySeconds = isForever ? Number.POSITIVE_INFINITY : expire;
      table.put({ address: value('address'), hostName: value('hostname'), expirySeconds, isActive, line });
    }
  }
}
