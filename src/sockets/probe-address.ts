// Asks the system, with one plain socket that is closed again at once, whether an address can be had. SO_REUSEPORT would
// share a taken port silently, so the shared sockets are opened only after this. Main thread.

import { createSocket } from 'node:dgram';
import { createServer, isIP, isIPv6 } from 'node:net';
import { resolveLiteral } from './resolve-literal.ts';

export type Protocol = 'udp' | 'tcp';

/** `port`: the one that was bound, also where 0 was asked for. `code`: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, … */
export type ProbeResult = { readonly ok: true; readonly port: number } | { readonly ok: false; readonly code: string };

/** `address`: a literal. Node sets SO_REUSEADDR on TCP (connections in TIME_WAIT do not count) and not on UDP. */
export function probeAddress(protocol: Protocol, address: string, port: number): Promise<ProbeResult> {
  // Before Node could ask a resolver about it.
  if (isIP(address) === 0) return Promise.resolve({ ok: false, code: 'EADDRNOTAVAIL' });
  return protocol === 'udp' ? probeDatagram(address, port) : probeStream(address, port);
}

function probeDatagram(address: string, port: number): Promise<ProbeResult> {
  const type = isIPv6(address) ? 'udp6' : 'udp4';
  const socket = createSocket({ type, ipv6Only: type === 'udp6', lookup: resolveLiteral });
  return new Promise((resolve) => {
    socket.once('error', (error) => {
      socket.close();
      resolve({ ok: false, code: codeOf(error) });
    });
    socket.bind({ address, port, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve({ ok: true, port: bound }));
    });
  });
}

function probeStream(address: string, port: number): Promise<ProbeResult> {
  const server = createServer((connection) => connection.destroy());
  return new Promise((resolve) => {
    server.once('error', (error) => resolve({ ok: false, code: codeOf(error) }));
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve({ ok: true, port: typeof bound === 'object' && bound !== null ? bound.port : port }));
    });
  });
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}
