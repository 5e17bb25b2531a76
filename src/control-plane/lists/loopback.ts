// Which URLs stay on this machine: the only ones that may be plain http.

import type { LookupFunction } from 'node:net';

const LOOPBACK_ADDRESSES = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Whether a URL's host name (IPv6 in brackets, as in URL.hostname) is this machine by definition. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The lookup, with `localhost` answered here (RFC 6761 section 6.3): no server is asked for it. */
export function withLoopbackNames(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    if (hostname !== 'localhost') lookup(hostname, options, callback);
    else if (options.all === true) callback(null, LOOPBACK_ADDRESSES);
    else callback(null, '127.0.0.1', 4);
  };
}
