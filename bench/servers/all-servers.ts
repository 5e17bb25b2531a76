// The servers of the bench, and which of them this machine lacks.

import { findCommand } from '../../test/setup/missing-components.ts';
import { bind9 } from './bind9.ts';
import { dnsdist } from './dnsdist.ts';
import { dnsmasq } from './dnsmasq.ts';
import { echoFloor } from './echo-floor.ts';
import { knotResolver } from './knot-resolver.ts';
import type { ServerKind } from './server.ts';
import { sotto } from './sotto.ts';
import { unbound } from './unbound.ts';

export const ALL_SERVERS: readonly ServerKind[] = [sotto, unbound, dnsdist, dnsmasq, knotResolver, bind9, echoFloor];

/** Without them there is no bench: load, the outside server, certificates, cores. */
const NEEDED = [
  { command: 'dnsperf', debianPackage: 'dnsperf' },
  { command: 'h2load', debianPackage: 'nghttp2-client' },
  { command: 'unbound', debianPackage: 'unbound' },
  { command: 'openssl', debianPackage: 'openssl' },
  { command: 'taskset', debianPackage: 'util-linux' },
];

export function isInstalled({ command }: { readonly command: string }): boolean {
  return command.includes('/') || findCommand(command) !== undefined;
}

/** Debian packages without which nothing can be measured. */
export function missingTools(): string[] {
  return NEEDED.filter((tool) => !isInstalled(tool)).map(({ debianPackage }) => debianPackage);
}

/** Debian packages of peers that are left out. */
export function missingServers(): string[] {
  return ALL_SERVERS.filter((kind) => !isInstalled(kind)).map(({ debianPackage }) => debianPackage);
}
