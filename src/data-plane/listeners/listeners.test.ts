// The suite that all listeners pass, over every transport.

import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { dotClient, http1Client, http2Client, tcpClient, udpClient } from '../../../test/fixtures/listener-clients.ts';
import { type StartOptions, testListener } from '../../../test/fixtures/listener-suite.ts';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { UDP_ENGINES } from '../../../test/fixtures/udp-engines.ts';
import type { QueryListenerKind, ListeningSocket } from '../../sockets/listening-socket.ts';
import { startDohListener } from './doh-listener.ts';
import { startDotListener } from './dot-listener.ts';
import { startTcpListener } from './tcp-listener.ts';

const certificate = makeCertificate({ names: ['dns.example.org', '127.0.0.1', '::1'] });
after(() => certificate.remove());
const tlsOptions = {
  certificates: [{ names: ['dns.example.org'], keyPem: certificate.keyPem, chainPem: certificate.certPem }],
  ticketKeys: randomBytes(48),
};
const trust = { ca: certificate.caPem, servername: 'dns.example.org' };

function socketFor(kind: QueryListenerKind, { address }: StartOptions): ListeningSocket {
  return { id: 1, kind, address, port: 0, descriptor: undefined };
}

for (const { name, skip, start } of UDP_ENGINES) {
  testListener({ name, skip, isDatagram: true, dropIsSeen: false, start, connect: udpClient });
}

testListener({
  name: 'TCP',
  isDatagram: false,
  dropIsSeen: false,
  start: (options) => startTcpListener({ ...options, socket: socketFor('tcp', options) }),
  connect: tcpClient,
});

testListener({
  name: 'DoT',
  isDatagram: false,
  dropIsSeen: false,
  start: (options) => startDotListener({ ...options, ...tlsOptions, socket: socketFor('dot', options) }),
  connect: (server) => dotClient(server, trust),
});

for (const method of ['GET', 'POST'] as const) {
  testListener({
    name: `DoH, HTTP/2 ${method}`,
    isDatagram: false,
    dropIsSeen: true,
    start: (options) => startDohListener({ ...options, ...tlsOptions, socket: socketFor('doh', options) }),
    connect: (server) => http2Client(server, trust, method),
  });
}

testListener({
  name: 'DoH, HTTP/1.1 POST',
  isDatagram: false,
  dropIsSeen: true,
  start: (options) => startDohListener({ ...options, ...tlsOptions, socket: socketFor('doh', options) }),
  connect: (server) => http1Client(server, trust),
});
