// dnsdist as its manual's page on tuning sets it: packet cache, recvmmsg and sendmmsg, one thread for each kind of work.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type BlockedNames, SERVER_ADDRESS, type ServerKind, type StartOptions } from './server.ts';
import { type Place, startServer } from './start-server.ts';
import { versionOf } from './version.ts';

const IDLE_SECONDS = 120;

export const dnsdist: ServerKind = {
  name: 'dnsdist',
  role: 'peer',
  command: 'dnsdist',
  debianPackage: 'dnsdist',
  speaks: ['udp', 'tcp', 'dot', 'doh'],
  canBlock: true,
  wayOut: 'doh',
  version: () => versionOf('dnsdist', '--version'),
  start: (options) =>
    startServer(dnsdist, options, {
      configurationFile: 'dnsdist.conf',
      configuration: (place) => configuration(place, options),
      parameters: ({ directory }) => ['--supervised', '--disable-syslog', '-C', join(directory, 'dnsdist.conf')],
      forgetAnswers: async (_, { directory }) => {
        const words = ['-C', join(directory, 'dnsdist.conf'), '-e', 'getPool(""):getCache():expunge(0)'];
        execFileSync('dnsdist', words, { stdio: 'ignore' });
      },
    }),
};

/** A SuffixMatchNode covers the name and everything below it. */
function blockedNamesRule({ path }: BlockedNames): string {
  return `
blocked = newSuffixMatchNode()
for name in io.lines("${path}") do blocked:add(name) end
addAction(SuffixMatchNodeRule(blocked), RCodeAction(DNSRCode.NXDOMAIN))`;
}

function configuration({ ports }: Place, options: StartOptions): string {
  const { outside, certificate, blockedNames, idleConnections } = options;
  const pair = `"${certificate.certPath}", "${certificate.keyPath}"`;
  return `setSecurityPollSuffix("")
setUDPMultipleMessagesVectorSize(64)
setUDPSocketBufferSizes(4194304, 4194304)
setMaxUDPOutstanding(65535)
setMaxTCPClientThreads(1)
setMaxTCPQueuedConnections(1000)
${idleConnections === undefined ? '' : `setTCPRecvTimeout(${IDLE_SECONDS})\n`}setOutgoingDoHWorkerThreads(1)
setKey("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
controlSocket("${SERVER_ADDRESS}:${ports.control}")
setACL({"127.0.0.0/8"})
addLocal("${SERVER_ADDRESS}:${ports.dns}", { maxInFlight = 1000 })
addTLSLocal("${SERVER_ADDRESS}:${ports.dot}", ${pair}, { provider = "openssl", maxInFlight = 1000${
    idleConnections === undefined ? '' : `, maxConcurrentTCPConnections = ${idleConnections}`
  } })
addDOHLocal("${SERVER_ADDRESS}:${ports.doh}", ${pair}, "/dns-query")
newServer({ address = "${outside.address}:${outside.dohPort}", tls = "openssl", dohPath = "/dns-query",
  subjectName = "${outside.hostName}", caStore = "${outside.certificate.caPath}", healthCheckMode = "up" })
getPool(""):setCache(newPacketCache(1000000, { maxTTL = 86400, numberOfShards = 1 }))
${blockedNames === undefined ? '' : blockedNamesRule(blockedNames)}
`;
}
