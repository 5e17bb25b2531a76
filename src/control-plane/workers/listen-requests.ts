// The sockets that the settings ask for.

import type { ListenRequest } from '../../sockets/listening-socket-set.ts';
import type { ListenAddress, Settings } from '../settings/settings.ts';

export interface WantedListener extends ListenRequest {
  /** From the built-in defaults: a machine without this address goes without. */
  readonly optional: boolean;
}

export function listenRequests({ dns, dot, doh, http, acmeHttp }: Settings['listen']): WantedListener[] {
  const wanted = (addresses: readonly ListenAddress[], kind: ListenRequest['kind']) =>
    addresses.map(({ address, port, optional }) => ({ kind, address, port, optional }));
  return [
    ...wanted(dns, 'udp'),
    ...wanted(dns, 'tcp'),
    ...wanted(dot, 'dot'),
    ...wanted(doh, 'doh'),
    ...wanted(http, 'http'),
    ...wanted(acmeHttp, 'acme-http'),
  ];
}
