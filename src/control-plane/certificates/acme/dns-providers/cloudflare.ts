// Cloudflare's API, version 4: each value is a record of its own. The token needs "Zone: DNS: Edit" for the zone.

import type { OutsideHttp } from '../outside-http.ts';
import { type DnsProvider, possibleZones } from './dns-provider.ts';
import { entriesIn, JsonApi } from './json-api.ts';

const BASE = 'https://api.cloudflare.com/client/v4';
const TTL_SECONDS = 60;

export function cloudflare(http: OutsideHttp, token: string, base: string = BASE): DnsProvider {
  const api = new JsonApi(http, 'Cloudflare', base, { authorization: `Bearer ${token}` });

  const zoneOf = async (name: string): Promise<string> => {
    for (const zone of possibleZones(name)) {
      const { body } = await api.ask('GET', `/zones?${new URLSearchParams({ name: zone })}`);
      const id = entriesIn(body, 'result')[0]?.id;
      if (typeof id === 'string') return id;
    }
    throw api.fail(`no zone of this token covers ${name}`);
  };

  return {
    async present(name, value) {
      const records = `/zones/${encodeURIComponent(await zoneOf(name))}/dns_records`;
      await api.ask('POST', records, { type: 'TXT', name, content: `"${value}"`, ttl: TTL_SECONDS });
    },
    async remove(name, value) {
      const records = `/zones/${encodeURIComponent(await zoneOf(name))}/dns_records`;
      const { body } = await api.ask('GET', `${records}?${new URLSearchParams({ type: 'TXT', name })}`);
      for (const { id, content } of entriesIn(body, 'result'))
        if (typeof id === 'string' && typeof content === 'string' && content.replaceAll('"', '') === value)
          await api.ask('DELETE', `${records}/${encodeURIComponent(id)}`, undefined, [404]);
    },
  };
}
