// Knot Resolver: one kresd, its cache on tmpfs, no modules that work beside the answers.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type RunningServer, SERVER_ADDRESS, type ServerKind, type StartOptions } from './server.ts';
import { type Place, startServer } from './start-server.ts';
import { versionOf } from './version.ts';

const MEMORY_FILES = '/dev/shm';

export const knotResolver: ServerKind = {
  name: 'knot-resolver',
  role: 'peer',
  command: 'kresd',
  debianPackage: 'knot-resolver',
  speaks: ['udp', 'tcp', 'dot', 'doh'],
  canBlock: false,
  wayOut: 'dot',
  version: () => versionOf('kresd', '-V'),
  start: async (options) => {
    const cacheDirectory = mkdtempSync(join(MEMORY_FILES, 'sotto-bench-kresd-'));
    const removeCache = (): void => rmSync(cacheDirectory, { recursive: true, force: true });
    process.once('exit', removeCache);
    const server = await startServer(knotResolver, options, {
      configurationFile: 'kresd.conf',
      configuration: (place) => configuration(place, options, cacheDirectory),
      parameters: ({ directory }) => ['-n', '-c', join(directory, 'kresd.conf'), directory],
      forgetAnswers: async ({ pid, directory }) => {
        const control = connect(join(directory, 'control', String(pid)));
        control.write('cache.clear()\n');
        await once(control, 'data');
        control.destroy();
      },
    });
    const own: RunningServer = {
      ...server,
      forgetAnswers: async () => {
        await server.forgetAnswers();
        return own;
      },
      configuration: server.configuration.replace(cacheDirectory, 'CACHE'),
      stop: async () => {
        await server.stop();
        removeCache();
      },
    };
    return own;
  },
};

function configuration({ ports }: Place, { outside, certificate }: StartOptions, cacheDirectory: string): string {
  return `net.listen('${SERVER_ADDRESS}', ${ports.dns}, { kind = 'dns' })
net.listen('${SERVER_ADDRESS}', ${ports.dot}, { kind = 'tls' })
net.listen('${SERVER_ADDRESS}', ${ports.doh}, { kind = 'doh2' })
net.tls('${certificate.certPath}', '${certificate.keyPath}')
modules.unload('priming')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('detect_time_skew')
trust_anchors.remove('.')
cache.open(300 * MB, 'lmdb://${cacheDirectory}')
policy.add(policy.all(policy.TLS_FORWARD({ { '${outside.address}@${outside.dotPort}', hostname = '${outside.hostName}',
  ca_file = '${outside.certificate.caPath}' } })))
`;
}
