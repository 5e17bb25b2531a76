// The provider that the settings name.

import type { DnsProviderSettings } from '../../../settings/acme-settings.ts';
import type { OutsideHttp } from '../outside-http.ts';
import { acmeDns } from './acme-dns.ts';
import { cloudflare } from './cloudflare.ts';
import { desec } from './desec.ts';
import type { DnsProvider } from './dns-provider.ts';
import { dynamicUpdate } from './dynamic-update.ts';
import { hetzner } from './hetzner.ts';
import { hook } from './hook.ts';

export function createDnsProvider(settings: DnsProviderSettings, http: OutsideHttp, signal: AbortSignal): DnsProvider {
  switch (settings.kind) {
    case 'hook':
      return hook({ ...settings, signal });
    case 'rfc2136':
      return dynamicUpdate(settings, signal);
    case 'acme-dns':
      return acmeDns(http, settings);
    case 'cloudflare':
      return cloudflare(http, settings.token, settings.url);
    case 'hetzner':
      return hetzner(http, settings.token, settings.url);
    case 'desec':
      return desec(http, settings.token, settings.url);
  }
}
