// sotto itself, from a given tree, so that two versions of it can stand beside each other.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { RunningServer, ServerKind, StartOptions } from './server.ts';
import { SERVER_ADDRESS } from './server.ts';
import { type Place, startServer } from './start-server.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

export const sotto: ServerKind = sottoFrom(PROJECT_ROOT, 'sotto');

/** `root` holds bin/, src/ and node_modules/. */
export function sottoFrom(root: string, name: string): ServerKind {
  const kind: ServerKind = {
    name,
    role: 'gateway',
    command: process.execPath,
    debianPackage: '',
    speaks: ['udp', 'tcp', 'dot', 'doh'],
    canBlock: true,
    wayOut: 'doh',
    version: () => `${commitOf(root)}, Node ${process.versions.node}`,
    start: (options) => startFrom(kind, root, options),
  };
  return kind;
}

function startFrom(kind: ServerKind, root: string, options: StartOptions): Promise<RunningServer> {
  return startServer(kind, options, {
    configurationFile: 'config.toml',
    configuration: (place) => configuration(place, options),
    parameters: ({ directory }) => [join(root, 'bin', 'sotto.js'), 'run', '--config', join(directory, 'config.toml')],
    environment: { NODE_OPTIONS: '' },
  });
}

function configuration({ ports }: Place, options: StartOptions): string {
  const {
    outside,
    certificate,
    blockedNames,
    filterPath,
    stateDirectory = 'state',
    threads = 1,
    cacheMegabytes = 200,
  } = options;
  const lists =
    blockedNames === undefined
      ? ''
      : `
[[list]]
name = "bench"
file = "${blockedNames.path}"
subdomains = true
`;
  const filters =
    filterPath === undefined
      ? ''
      : `
[[list]]
name = "filters"
file = "${filterPath}"
format = "adblock"
`;
  return `state_dir = "${stateDirectory}"
${lists + filters === '' ? 'list = []\n' : ''}
[server]
threads = ${threads}

[listen]
dns = ["${SERVER_ADDRESS}:${ports.dns}"]
dot = ["${SERVER_ADDRESS}:${ports.dot}"]
doh = ["${SERVER_ADDRESS}:${ports.doh}"]

[access]
plain = ["loopback"]
encrypted = ["loopback"]

[[upstream]]
url = "https://${outside.hostName}:${outside.dohPort}/dns-query"
addresses = ["${outside.address}"]
ca = "${outside.certificate.caPath}"

[cache]
max_bytes = "${cacheMegabytes}MB"
${lists}${filters}
[[certificate]]
names = ["${outside.hostName}"]
source = "files"
cert = "${certificate.directory}/chain.pem"
key = "${certificate.keyPath}"
`;
}

function commitOf(root: string): string {
  const git = (...words: string[]): string => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' }).trim();
  try {
    const isDirty = git('status', '--porcelain', '--', 'src', 'bin', 'package-lock.json') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isDirty ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
