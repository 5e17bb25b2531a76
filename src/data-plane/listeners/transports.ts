// The four ways in, as the rest of the data plane sees them.

import type { Transport } from './listener.ts';

export const UDP: Transport = Object.freeze({ name: 'udp', index: 0, encrypted: false, datagram: true });
export const TCP: Transport = Object.freeze({ name: 'tcp', index: 1, encrypted: false, datagram: false });
export const DOT: Transport = Object.freeze({ name: 'dot', index: 2, encrypted: true, datagram: false });
export const DOH: Transport = Object.freeze({ name: 'doh', index: 3, encrypted: true, datagram: false });
