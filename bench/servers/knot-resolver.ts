// Knot Resolver: one kresd, its cache on tmpfs, no modules that work beside the answers.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { responsePolicyZone } from './response-policy-zone.ts';
import { type RunningServer, SERVER_ADDRESS, type ServerKind, type StartOptions } from './server.ts';
import { type Place, startServer } from './start-server.ts';
import { versionOf } from './version.ts';

const MEMORY_FILES = '/dev/shm';
/** The most it takes. */
const STREAM_QUESTIONS_MAX = 65_535;
const IDLE_MILLISECONDS = 120_000;

export const knotResolver: ServerKind = {
  name: 'knot-resolver',
  role: 'peer',
  command: 'kresd',
  debianPackage: 'knot-resolver',
  speaks: ['udp', 'tcp', 'dot', 'doh'],
  canBlock: true,
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
      files: (): Record<string, string> =>
        options.blockedNames === undefined ? {} : { 'blocked.zone': responsePolicyZone(options.blockedNames) },
      forgetAnswers: ({ pid, directory }) => clearCache(join(directory, 'control', String(pid))),
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

/** Its control socket greets with a prompt; what the command gave comes after that. */
async function clearCache(controlSocket: string): Promise<void> {
  const control = connect(controlSocket);
  control.write('cache.clear()\n');
  let said = '';
  for await (const chunk of control) {
    said += chunk;
    if (said.includes('count')) return;
  }
  throw new Error(`kresd did not clear its cache: ${said}`);
}

// The zone lists each name, and everything below it by a wildcard; it is not watched for changes.
// What is under way at once over one connection is bounded for those to upstream servers as well: past it, SERVFAIL.
function configuration(
  { directory, ports }: Place,
  { outside, certificate, blockedNames, idleConnections }: StartOptions,
  cacheDirectory: string,
): string {
  const blocking =
    blockedNames === undefined ? '' : `policy.add(policy.rpz(policy.DENY, '${directory}/blocked.zone', false))\n`;
  return `net.listen('${SERVER_ADDRESS}', ${ports.dns}, { kind = 'dns' })
net.listen('${SERVER_ADDRESS}', ${ports.dot}, { kind = 'tls' })
net.listen('${SERVER_ADDRESS}', ${ports.doh}, { kind = 'doh2' })
net.tls('${certificate.certPath}', '${certificate.keyPath}')
modules.unload('priming')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('detect_time_skew')
trust_anchors.remove('.')
net.tcp_pipeline(${STREAM_QUESTIONS_MAX})
${idleConnections === undefined ? '' : `net.tcp_in_idle(${IDLE_MILLISECONDS})\n`}cache.open(300 * MB, 'lmdb://${cacheDirectory}')
${blocking}policy.add(policy.all(policy.TLS_FORWARD({ { '${outside.address}@${outside.dotPort}', hostname = '${outside.hostName}',
  ca_file = '${outside.certificate.caPath}' } })))
`;
}
