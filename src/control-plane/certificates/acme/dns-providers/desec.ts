// deSEC's API: sets of records, which are read, changed and written back whole.

import type { OutsideHttp } from '../outside-http.ts';
import { type DnsProvider, nameInZone } from './dns-provider.ts';
import { JsonApi, recordIn } from './json-api.ts';

const BASE = 'https://desec.io/api/v1';
const TTL_SECONDS = 3_600;

export function desec(http: OutsideHttp, token: string, base: string = BASE): DnsProvider {
  const api = new JsonApi(http, 'deSEC', base, { authorization: `Token ${token}` });

  const zoneOf = async (name: string): Promise<{ readonly zone: string; readonly ttlSeconds: number }> => {
    const { body } = await api.ask('GET', `/domains/?${new URLSearchParams({ owns_qname: name })}`);
    const domain = recordIn(Array.isArray(body) ? body[0] : undefined);
    if (typeof domain.name !== 'string') throw api.fail(`no domain of this token covers ${name}`);
    return {
      zone: domain.name,
      ttlSeconds: typeof domain.minimum_ttl === 'number' ? domain.minimum_ttl : TTL_SECONDS,
    };
  };

  /** No values at all take the set away. */
  const change = async (name: string, edit: (values: readonly string[]) => readonly string[]): Promise<void> => {
    const { zone, ttlSeconds } = await zoneOf(name);
    const subname = nameInZone(name, zone);
    const sets = `/domains/${encodeURIComponent(zone)}/rrsets/`;
    const read = await api.ask('GET', `${sets}${encodeURIComponent(subname)}/TXT/`, undefined, [404]);
    const { records } = recordIn(read.status === 404 ? undefined : read.body);
    const values = Array.isArray(records) ? records.filter((value) => typeof value === 'string') : [];
    const set = { subname: subname === '@' ? '' : subname, type: 'TXT', ttl: ttlSeconds, records: edit(values) };
    await api.ask('PUT', sets, [set]);
  };

  return {
    present: (name, value) => change(name, (values) => [...new Set([...values, `"${value}"`])]),
    remove: (name, value) => change(name, (values) => values.filter((kept) => kept !== `"${value}"`)),
  };
}
