// BIND: one worker thread, minimal answers, no validation, no rate limits.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findCommand } from '../../test/setup/missing-components.ts';
import { responsePolicyZone } from './response-policy-zone.ts';
import { SERVER_ADDRESS, type ServerKind, type StartOptions } from './server.ts';
import { type Place, startServer } from './start-server.ts';
import { versionOf } from './version.ts';

/** Answered from the zone alone, without asking outside first. */
const RESPONSE_POLICY = '\n  response-policy { zone "blocked"; } qname-wait-recurse no;';
/** In tenths of a second, the most it takes. */
const STAYING = '\n  tcp-initial-timeout 1200;\n  tcp-idle-timeout 1200;';
/** Lets rndc in; on loopback, for minutes. */
const CONTROL_KEY = 'key bench { algorithm hmac-sha256; secret "YmVuY2ggYmVuY2ggYmVuY2ggYmVuY2g="; };';

export const bind9: ServerKind = {
  name: 'bind9',
  role: 'peer',
  command: 'named',
  debianPackage: 'bind9',
  speaks: ['udp', 'tcp', 'dot', 'doh'],
  canBlock: true,
  wayOut: 'plain',
  version: () => versionOf('named', '-v'),
  start: (options) =>
    startServer(bind9, options, {
      configurationFile: 'named.conf',
      configuration: (place) => configuration(place, options),
      parameters: ({ directory }) => ['-g', '-n', String(options.threads ?? 1), '-c', join(directory, 'named.conf')],
      files: (): Record<string, string> => ({
        'rndc.key': `${CONTROL_KEY}\n`,
        ...(options.blockedNames === undefined ? {} : { 'blocked.zone': responsePolicyZone(options.blockedNames) }),
      }),
      forgetAnswers: async (_, { directory, ports }) => {
        const rndc = findCommand('rndc');
        if (rndc === undefined) throw new Error('rndc is missing: apt install bind9-utils');
        const where = ['-s', SERVER_ADDRESS, '-p', String(ports.control), '-k', join(directory, 'rndc.key')];
        execFileSync(rndc, [...where, 'flush'], { stdio: 'ignore' });
      },
    }),
};

function configuration({ directory, ports }: Place, options: StartOptions): string {
  const { outside, certificate, blockedNames, idleConnections } = options;
  return `tls bench { cert-file "${certificate.certPath}"; key-file "${certificate.keyPath}"; };
http bench { endpoints { "/dns-query"; }; };
options {
  directory "${directory}";
  pid-file none;
  session-keyfile none;
  recursion yes;
  forward only;
  forwarders port ${outside.dnsPort} { ${outside.address}; };
  allow-query { any; };
  allow-recursion { any; };
  dnssec-validation no;
  minimal-responses yes;
  empty-zones-enable no;
  notify no;
  querylog no;
  max-cache-size 512m;
  recursive-clients 10000;
  tcp-clients ${idleConnections ?? 1000};
  http-streams-per-connection 1000;${idleConnections === undefined ? '' : STAYING}
  listen-on port ${ports.dns} { ${SERVER_ADDRESS}; };
  listen-on port ${ports.dot} tls bench { ${SERVER_ADDRESS}; };
  listen-on port ${ports.doh} tls bench http bench { ${SERVER_ADDRESS}; };
  listen-on-v6 { none; };${blockedNames === undefined ? '' : RESPONSE_POLICY}
};${blockedNames === undefined ? '' : '\nzone "blocked" { type primary; file "blocked.zone"; };'}
${CONTROL_KEY}
controls { inet ${SERVER_ADDRESS} port ${ports.control} allow { localhost; } keys { bench; }; };
`;
}
