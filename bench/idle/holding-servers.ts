// The servers that hold idle connections, set to hold as many as are opened: limits and timeouts that would close them are
// lifted where they can be. What else they do is as in servers/, as far as it has a part in this.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER_ADDRESS, type ServerKind, type StartOptions } from '../servers/server.ts';
import { bind9 } from '../servers/bind9.ts';
import { dnsdist } from '../servers/dnsdist.ts';
import { knotResolver } from '../servers/knot-resolver.ts';
import { type Place, startServer } from '../servers/start-server.ts';
import { unbound } from '../servers/unbound.ts';

const BARE_SERVER = join(import.meta.dirname, 'bare-tls-server.ts');
/** Some more than are held, so that none is refused. */
const SPARE_CONNECTIONS = 200;

/** unbound counts two descriptors for each connection, and some for itself. */
const UNBOUND_DESCRIPTORS = { perConnection: 2, own: 1000 };

/** Node's own part: a TLS server with nothing behind it. */
const bareTlsServer: ServerKind = {
  name: 'bare tls.createServer',
  role: 'floor',
  command: process.execPath,
  debianPackage: '',
  speaks: ['udp', 'dot'],
  canBlock: false,
  wayOut: 'none',
  version: () => `Node ${process.versions.node}`,
  start: (options) =>
    startServer(bareTlsServer, options, {
      configurationFile: 'configuration.txt',
      configuration: () => 'defaults of Node\n',
      parameters: ({ ports }) => [
        ...[BARE_SERVER, SERVER_ADDRESS, String(ports.dns), String(ports.dot)],
        ...[options.certificate.certPath, options.certificate.keyPath],
      ],
      environment: { NODE_OPTIONS: '' },
    }),
};

/** How many of `connections` this kind can hold here: unbound does not start if it might run out of descriptors. */
export function holdableBy({ name }: ServerKind, connections: number): number {
  if (name !== unbound.name) return connections;
  const { perConnection, own } = UNBOUND_DESCRIPTORS;
  return Math.min(connections, Math.floor((openFilesMax() - own) / perConnection) - SPARE_CONNECTIONS);
}

/** The hard limit of this process, and so of its children. */
function openFilesMax(): number {
  const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return limit === undefined || limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}

/** Of the bench's servers those that speak DNS over TLS, able to hold `connections`; the gateway as it is. */
export function holdingServers(kinds: readonly ServerKind[], connections: number): ServerKind[] {
  const room = connections + SPARE_CONNECTIONS;
  const peers = [
    holdingUnbound(holdableBy(unbound, connections) + SPARE_CONNECTIONS),
    holdingDnsdist(room),
    holdingKnotResolver,
    holdingBind9(room),
  ];
  const chosen = kinds
    .filter(({ speaks }) => speaks.includes('dot'))
    .map((kind) => peers.find(({ name }) => name === kind.name) ?? kind);
  return [...chosen, bareTlsServer];
}

function holdingUnbound(room: number): ServerKind {
  const kind: ServerKind = {
    ...unbound,
    start: (options) =>
      startServer(kind, options, {
        configurationFile: 'unbound.conf',
        configuration: (place) => unboundConfiguration(place, options, room),
        parameters: ({ directory }) => ['-d', '-c', join(directory, 'unbound.conf')],
      }),
  };
  return kind;
}

function unboundConfiguration({ directory, ports }: Place, { outside, certificate }: StartOptions, room: number) {
  return `server:
  directory: "${directory}"
  username: ""
  chroot: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
  num-threads: 1
  incoming-num-tcp: ${room}
  tcp-idle-timeout: 10000000
  outgoing-range: 512
  minimal-responses: yes
  module-config: "iterator"
  do-not-query-localhost: no
  interface: ${SERVER_ADDRESS}@${ports.dns}
  interface: ${SERVER_ADDRESS}@${ports.dot}
  tls-port: ${ports.dot}
  tls-service-key: "${certificate.keyPath}"
  tls-service-pem: "${certificate.certPath}"
forward-zone:
  name: "."
  forward-addr: ${outside.address}@${outside.dnsPort}
remote-control:
  control-enable: no
`;
}

function holdingDnsdist(room: number): ServerKind {
  const kind: ServerKind = {
    ...dnsdist,
    start: (options) =>
      startServer(kind, options, {
        configurationFile: 'dnsdist.conf',
        configuration: (place) => dnsdistConfiguration(place, options, room),
        parameters: ({ directory }) => ['--supervised', '--disable-syslog', '-C', join(directory, 'dnsdist.conf')],
      }),
  };
  return kind;
}

function dnsdistConfiguration({ ports }: Place, { outside, certificate }: StartOptions, room: number): string {
  return `setSecurityPollSuffix("")
setMaxTCPClientThreads(1)
setMaxTCPQueuedConnections(1000)
setTCPRecvTimeout(120)
setACL({"127.0.0.0/8"})
addLocal("${SERVER_ADDRESS}:${ports.dns}")
addTLSLocal("${SERVER_ADDRESS}:${ports.dot}", "${certificate.certPath}", "${certificate.keyPath}",
  { provider = "openssl", maxConcurrentTCPConnections = ${room} })
newServer({ address = "${outside.address}:${outside.dnsPort}", healthCheckMode = "up" })
getPool(""):setCache(newPacketCache(10000, { maxTTL = 86400 }))
`;
}

const holdingKnotResolver: ServerKind = {
  ...knotResolver,
  start: (options) =>
    startServer(holdingKnotResolver, options, {
      configurationFile: 'kresd.conf',
      configuration: (place) => knotResolverConfiguration(place, options),
      parameters: ({ directory }) => ['-n', '-c', join(directory, 'kresd.conf'), directory],
    }),
};

function knotResolverConfiguration({ ports }: Place, { outside, certificate }: StartOptions): string {
  return `net.listen('${SERVER_ADDRESS}', ${ports.dns}, { kind = 'dns' })
net.listen('${SERVER_ADDRESS}', ${ports.dot}, { kind = 'tls' })
net.tls('${certificate.certPath}', '${certificate.keyPath}')
net.tcp_in_idle(120000)
modules.unload('priming')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('detect_time_skew')
trust_anchors.remove('.')
cache.size = 16 * MB
policy.add(policy.all(policy.FORWARD('${outside.address}@${outside.dnsPort}')))
`;
}

function holdingBind9(room: number): ServerKind {
  const kind: ServerKind = {
    ...bind9,
    start: (options) =>
      startServer(kind, options, {
        configurationFile: 'named.conf',
        configuration: (place) => bind9Configuration(place, options, room),
        parameters: ({ directory }) => ['-g', '-n', '1', '-c', join(directory, 'named.conf')],
      }),
  };
  return kind;
}

function bind9Configuration({ directory, ports }: Place, { outside, certificate }: StartOptions, room: number): string {
  return `tls bench { cert-file "${certificate.certPath}"; key-file "${certificate.keyPath}"; };
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
  tcp-clients ${room};
  tcp-idle-timeout 1200;
  tcp-initial-timeout 1200;
  listen-on port ${ports.dns} { ${SERVER_ADDRESS}; };
  listen-on port ${ports.dot} tls bench { ${SERVER_ADDRESS}; };
  listen-on-v6 { none; };
};
controls { };
`;
}
