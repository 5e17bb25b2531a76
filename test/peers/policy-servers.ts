// Real servers that follow a list of their own format: dnsmasq with settings, named and unbound with a response policy zone. Behind
// the policy every name has the same records, so that what passes can be told: see PASSES.

import { join } from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';
import { freePorts } from './free-ports.ts';
import { unboundInForeground } from './unbound.ts';

export interface PolicyServer {
  readonly port: number;
  stop(): Promise<void>;
}

const READY_NAME = 'ready.test';
const PASSED_ADDRESS = '192.0.2.99';

const ROOT_ZONE = `$TTL 300
. SOA localhost. localhost. 1 3600 600 86400 60
. NS localhost.
localhost. A 127.0.0.1
*. A ${PASSED_ADDRESS}
`;

/** The verdicts on names that nothing of the list is about. dnsmasq has nobody to ask. */
export const PASSES = { rpz: `records ${PASSED_ADDRESS}`, dnsmasq: 'refused' } as const;

export async function startDnsmasqWith(lines: string): Promise<PolicyServer> {
  const port = (await freePorts(1))[0]!;
  return served(port, {
    command: 'dnsmasq',
    parameters: (directory) => ['--keep-in-foreground', `--conf-file=${join(directory, 'dnsmasq.conf')}`],
    files: () => ({
      'dnsmasq.conf': `port=${port}
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
user=
group=
pid-file=
log-facility=-
address=/${READY_NAME}/192.0.2.1
${lines}
`,
    }),
    readiness: { address: '127.0.0.1', port, name: READY_NAME },
  });
}

/** `zone`: with SOA and NS, of any name. */
export async function startNamedWithPolicy(zone: string): Promise<PolicyServer> {
  const port = (await freePorts(1))[0]!;
  return served(port, {
    command: 'named',
    parameters: (directory) => ['-g', '-n', '1', '-c', join(directory, 'named.conf')],
    files: (directory) => ({
      'rpz.zone': zone,
      'root.zone': ROOT_ZONE,
      'named.conf': `
options {
  directory "${directory}";
  pid-file none;
  session-keyfile none;
  recursion yes;
  allow-query { any; };
  dnssec-validation no;
  empty-zones-enable no;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  response-policy { zone "rpz.test"; } recursive-only no break-dnssec yes qname-wait-recurse no;
};
controls { };
zone "." { type primary; file "root.zone"; };
zone "rpz.test" { type primary; file "rpz.zone"; };
`,
    }),
    readiness: { address: '127.0.0.1', port, name: READY_NAME },
  });
}

export async function startUnboundWithPolicy(zone: string): Promise<PolicyServer> {
  const port = (await freePorts(1))[0]!;
  return served(port, {
    command: 'unbound',
    parameters: (directory) => ['-d', '-c', join(directory, 'unbound.conf')],
    files: (directory) => ({
      'rpz.zone': zone,
      'root.zone': ROOT_ZONE,
      'unbound.conf': `
server:
${unboundInForeground(directory)}  interface: 127.0.0.1@${port}
  access-control: 127.0.0.0/8 allow
  module-config: "respip iterator"
  local-zone: "test." nodefault
rpz:
  name: "rpz.test."
  zonefile: "${join(directory, 'rpz.zone')}"
auth-zone:
  name: "."
  zonefile: "${join(directory, 'root.zone')}"
  for-downstream: no
  for-upstream: yes
remote-control:
  control-enable: no
`,
    }),
    readiness: { address: '127.0.0.1', port, name: READY_NAME },
  });
}

async function served(port: number, options: Parameters<typeof startDaemon>[0]): Promise<PolicyServer> {
  const daemon: Daemon = await startDaemon(options);
  return { port, stop: daemon.stop };
}
