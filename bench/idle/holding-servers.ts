// The servers that hold idle connections: the bench's own, with room for as many as are opened, and Node's bare TLS server.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER_ADDRESS, type ServerKind } from '../servers/server.ts';
import { startServer } from '../servers/start-server.ts';
import { unbound } from '../servers/unbound.ts';

const BARE_SERVER = join(import.meta.dirname, 'bare-tls-server.ts');
/** Some more than are held, so that none is refused. */
const SPARE_CONNECTIONS = 200;

/** unbound has two places for each at each of its two stream ports, and does not start without descriptors for all. */
const DESCRIPTORS_PER_CONNECTION: Readonly<Record<string, number>> = { [unbound.name]: 4 };
/** What a server opens besides. */
const OWN_DESCRIPTORS = 1000;

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

/** Of the bench's servers those that speak DNS over TLS, able to hold `connections` or what `holdableBy` says. */
export function holdingServers(kinds: readonly ServerKind[], connections: number): ServerKind[] {
  allowOpenFiles(Math.max(...kinds.map((kind) => descriptorsFor(kind, connections))));
  const chosen = kinds.filter(({ speaks }) => speaks.includes('dot'));
  return [...chosen.map((kind) => holding(kind, holdableBy(kind, connections) + SPARE_CONNECTIONS)), bareTlsServer];
}

/** How many of `connections` this kind can hold within this process's limit of open files. */
export function holdableBy(kind: ServerKind, connections: number): number {
  const room = Math.floor((openFilesMax() - OWN_DESCRIPTORS) / descriptorsPerConnection(kind)) - SPARE_CONNECTIONS;
  return Math.min(connections, room);
}

function holding(kind: ServerKind, idleConnections: number): ServerKind {
  return { ...kind, start: (options) => kind.start({ ...options, idleConnections }) };
}

function descriptorsFor(kind: ServerKind, connections: number): number {
  return (connections + SPARE_CONNECTIONS) * descriptorsPerConnection(kind) + OWN_DESCRIPTORS;
}

function descriptorsPerConnection({ name }: ServerKind): number {
  return DESCRIPTORS_PER_CONNECTION[name] ?? 1;
}

/** For this process, and so for those that it starts from now on. Not every system lets root do it: then the old limit stays. */
function allowOpenFiles(count: number): void {
  if (openFilesMax() >= count) return;
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${count}:${count}`], { stdio: 'ignore' });
  } catch {}
}

/** The hard limit of this process. */
function openFilesMax(): number {
  const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return limit === undefined || limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
