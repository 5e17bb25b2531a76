// Hetzner's DNS, in its Cloud API: sets of records, to which values are added and from which they are taken.

import type { OutsideHttp } from '../outside-http.ts';
import { type DnsProvider, nameInZone, possibleZones } from './dns-provider.ts';
import { JsonApi } from './json-api.ts';

const BASE = 'https://api.hetzner.cloud/v1';
const TTL_SECONDS = 60;

export function hetzner(http: OutsideHttp, token: string, base: string = BASE): DnsProvider {
  const api = new JsonApi(http, 'Hetzner', base, { authorization: `Bearer ${token}` });

  /** The path of the set of TXT records at `name`. */
  const recordSet = async (name: string): Promise<string> => {
    for (const zone of possibleZones(name)) {
      const { status } = await api.ask('GET', `/zones/${encodeURIComponent(zone)}`, undefined, [404]);
      if (status !== 404)
        return `/zones/${encodeURIComponent(zone)}/rrsets/${encodeURIComponent(nameInZone(name, zone))}/TXT`;
    }
    throw api.fail(`no zone of this token covers ${name}`);
  };

  return {
    async present(name, value) {
      const body = { ttl: TTL_SECONDS, records: [{ value: `"${value}"` }] };
      await api.ask('POST', `${await recordSet(name)}/actions/add_records`, body);
    },
    async remove(name, value) {
      const body = { records: [{ value: `"${value}"` }] };
      // 422: the set has no such value.
      await api.ask('POST', `${await recordSet(name)}/actions/remove_records`, body, [404, 422]);
    },
  };
}
