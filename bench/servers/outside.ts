// The world outside, on loopback: one unbound that answers every name with the same records, over plain DNS, DoT and DoH.
// All servers ask it, so that none of them has a nearer or faster world than another.

import { join } from 'node:path';
import type { TestCertificate } from '../../test/fixtures/make-certificate.ts';
import { freePorts } from '../../test/peers/free-ports.ts';
import { unboundInForeground } from '../../test/peers/unbound.ts';
import { startDaemon } from './daemon.ts';
import { CLIENT_CORE, SERVER_ADDRESS, SERVER_HOST_NAME } from './server.ts';

/** What it says to every A question. */
export const OUTSIDE_ADDRESS = '192.0.2.1';
/** Longer than any run. */
const TTL_SECONDS = 86_400;
/** Zones that unbound would answer by itself. */
const BUILT_IN_ZONES = ['localhost.', 'test.', 'invalid.', 'onion.', 'home.arpa.'];

export interface Outside {
  readonly hostName: string;
  readonly address: string;
  readonly dnsPort: number;
  readonly dotPort: number;
  readonly dohPort: number;
  readonly pid: number;
  readonly certificate: TestCertificate;
  /** Stops it in its tracks: from now on an answer can only come from a cache. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export async function startOutside(certificate: TestCertificate): Promise<Outside> {
  const [dnsPort, dotPort, dohPort] = await freePorts(3);
  const ports = { dnsPort: dnsPort!, dotPort: dotPort!, dohPort: dohPort! };
  const daemon = await startDaemon({
    command: 'unbound',
    parameters: (directory) => ['-d', '-c', join(directory, 'unbound.conf')],
    files: (directory) => ({ 'unbound.conf': configuration(directory, ports, certificate) }),
    cores: CLIENT_CORE,
    ready: { port: ports.dnsPort, answers: [{ name: 'ready.example.org', rcode: 0 }] },
  });
  return {
    hostName: SERVER_HOST_NAME,
    address: SERVER_ADDRESS,
    ...ports,
    pid: daemon.pid,
    certificate,
    pause: () => process.kill(daemon.pid, 'SIGSTOP'),
    resume: () => process.kill(daemon.pid, 'SIGCONT'),
    stop: () => {
      process.kill(daemon.pid, 'SIGCONT');
      return daemon.stop();
    },
  };
}

function configuration(
  directory: string,
  { dnsPort, dotPort, dohPort }: Pick<Outside, 'dnsPort' | 'dotPort' | 'dohPort'>,
  certificate: TestCertificate,
): string {
  const record = (text: string): string => `  local-data: ". ${TTL_SECONDS} IN ${text}"`;
  return `server:
${unboundInForeground(directory)}  num-threads: 1
  so-rcvbuf: 4m
  so-sndbuf: 4m
  incoming-num-tcp: 1000
  http-max-streams: 1000
  http-query-buffer-size: 64m
  http-response-buffer-size: 64m
  interface: ${SERVER_ADDRESS}@${dnsPort}
  interface: ${SERVER_ADDRESS}@${dotPort}
  interface: ${SERVER_ADDRESS}@${dohPort}
  tls-port: ${dotPort}
  https-port: ${dohPort}
  tls-service-key: "${certificate.keyPath}"
  tls-service-pem: "${certificate.certPath}"
  module-config: "iterator"
  unblock-lan-zones: yes
${BUILT_IN_ZONES.map((zone) => `  local-zone: "${zone}" nodefault`).join('\n')}
  local-zone: "." redirect
${record('SOA ns.example.org. host.example.org. 1 3600 600 86400 3600')}
${record(`A ${OUTSIDE_ADDRESS}`)}
${record('AAAA 2001:db8::1')}
${record('MX 10 mail.example.org.')}
${record('PTR host.example.org.')}
${record('SRV 1 1 443 host.example.org.')}
remote-control:
  control-enable: no
`;
}
