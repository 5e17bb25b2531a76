// acme-dns: a small server for these records alone, to which _acme-challenge.NAME leads by a CNAME that the operator writes once.

import type { DnsProviderSettings } from '../../../settings/acme-settings.ts';
import type { OutsideHttp } from '../outside-http.ts';
import type { DnsProvider } from './dns-provider.ts';
import { JsonApi } from './json-api.ts';

export function acmeDns(http: OutsideHttp, settings: Extract<DnsProviderSettings, { kind: 'acme-dns' }>): DnsProvider {
  const { url, user, password, subdomain } = settings;
  const api = new JsonApi(http, 'acme-dns', url, { 'x-api-user': user, 'x-api-key': password });
  return {
    async present(_name, value) {
      await api.ask('POST', '/update', { subdomain, txt: value });
    },
    // It keeps the last two values and has no way to take one away.
    remove: () => Promise.resolve(),
  };
}
