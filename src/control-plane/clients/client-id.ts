// A client's own name towards the gateway: a label below the gateway's name for DNS over TLS, a part of the path for DNS over
// HTTPS, as people write it and as devices are given it.

import { clientIdIn } from '../../wire/client-id.ts';

export const CLIENT_ID_FORM = 'letters, digits and hyphens inside, 63 at most, such as "kitchen-tablet"';

/** `id:phone` says that it is an ID wherever an address could stand. */
export function withoutMark(text: string): string {
  return text.replace(/^id:/, '').trim();
}

/** Lower-case, or undefined if it cannot be one. */
export function readClientId(text: string): string | undefined {
  const id = clientIdIn(text, 0, text.length);
  return id === '' ? undefined : id;
}

export function clientServerName(host: string, clientId: string | undefined): string {
  return clientId === undefined ? host : `${clientId}.${host}`;
}

/** `port`: left out where it is 443. */
export function clientUrl(host: string, port: number, clientId: string | undefined): string {
  const authority = host.includes(':') ? `[${host}]` : host;
  const path = clientId === undefined ? '/dns-query' : `/dns-query/${clientId}`;
  return `https://${authority}${port === 443 ? '' : `:${port}`}${path}`;
}
