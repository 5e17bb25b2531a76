// What may keep the gateway from its ports, or clients from the gateway, on this machine: rights and firewalls. Only hints: what a
// firewall lets in is for its own tools to say.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scopeOf } from '../address-scope.ts';
import type { Circumstances } from '../circumstances.ts';
import type { Endpoint } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { type Finding, ok, unknown, warn } from '../finding.ts';

const FIRST_FREE_PORT = 1024;

export const firewall: Examination = {
  name: 'firewall',
  subject: 'rights to ports, and firewalls',
  isBeyondSight: true,
  examine: (circumstances) => Promise.resolve([...rights(circumstances), ...firewalls(circumstances)]),
};

/** Where a gateway runs, it has had the right. */
function rights({ gateway, endpoints, userId, procDirectory }: Circumstances): readonly Finding[] {
  if (gateway.kind !== 'none' || userId === undefined || userId === 0) return [];
  const first = firstUnprivilegedPort(procDirectory);
  const low = [...new Set(endpoints.map(({ port }) => port).filter((port) => port < first))];
  if (low.length === 0) return [];
  return [
    warn(
      `the ports ${low.join(', ')} are below ${first}: this user may not open them`,
      'start sotto as root with server.user set, as a service does',
      `or once: setcap cap_net_bind_service=+ep ${process.execPath}`,
    ),
  ];
}

function firstUnprivilegedPort(procDirectory: string): number {
  const path = join(procDirectory, 'sys/net/ipv4/ip_unprivileged_port_start');
  const port = Number(readText(path) ?? FIRST_FREE_PORT);
  return Number.isInteger(port) ? port : FIRST_FREE_PORT;
}

interface KnownFirewall {
  readonly title: string;
  isHere(): boolean;
  /** How to see what it lets in, and to let `ports` in. */
  advice(ports: string): readonly string[];
}

const KNOWN: readonly KnownFirewall[] = [
  {
    title: 'ufw is on',
    isHere: () => /^ENABLED=yes/m.test(readText('/etc/ufw/ufw.conf') ?? ''),
    advice: (ports) => ['look: ufw status', ...ports.split(', ').map((port) => `let in: ufw allow ${port}`)],
  },
  {
    title: 'firewalld runs',
    isHere: () => existsSync('/run/firewalld'),
    advice: (ports) => [
      'look: firewall-cmd --list-all',
      ...ports
        .split(', ')
        .map((port) => `let in: firewall-cmd --permanent --add-port=${port} && firewall-cmd --reload`),
    ],
  },
  {
    title: 'nftables is installed',
    isHere: () => isInstalled('nft'),
    advice: (ports) => [`look: nft list ruleset; its input chain must accept ${ports}`],
  },
  {
    title: 'iptables is installed',
    isHere: () => isInstalled('iptables'),
    advice: (ports) => [`look: iptables -S INPUT and ip6tables -S INPUT; they must accept ${ports}`],
  },
];

function firewalls({ endpoints }: Circumstances): readonly Finding[] {
  const outside = endpoints.filter(({ address }) => scopeOf(address) !== 'loopback');
  if (outside.length === 0) return [ok('every port is on a loopback address, which firewalls leave alone')];
  const found = KNOWN.find((it) => it.isHere());
  if (found === undefined) return [ok('no firewall is known to be on this machine; there may be one in the router')];
  const question = 'whether it lets clients in cannot be seen from here';
  return [unknown(`${found.title}; ${question}`, ...found.advice(portsText(outside)))];
}

/** `53/udp, 53/tcp, 853/tcp`. */
function portsText(endpoints: readonly Endpoint[]): string {
  return [...new Set(endpoints.map(({ kind, port }) => `${port}/${kind === 'udp' ? 'udp' : 'tcp'}`))].join(', ');
}

function isInstalled(command: string): boolean {
  return ['/usr/sbin', '/sbin', '/usr/bin'].some((directory) => existsSync(join(directory, command)));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
