// Section P.

import type { Mutation } from './mutation.ts';

const LISTENERS = 'src/data-plane/listeners';

export const STREAMS_MUTATIONS: readonly Mutation[] = [
  {
    id: 'P01',
    file: `${LISTENERS}/length-prefixed-stream.ts`,
    from: 'while (offset < chunk.length && !this.#isFinishing && this.#hasRoom()) {',
    to: 'while (offset < chunk.length && !this.#isFinishing && this.#hasRoom() && splitter.ordinal < 64) {',
  },
  {
    id: 'P02',
    file: 'src/data-plane/thread-listeners.ts',
    from: 'inFlightPerConnection: 256,',
    to: 'inFlightPerConnection: 1,',
  },
  {
    id: 'P03',
    file: `${LISTENERS}/message-splitter.ts`,
    from: 'if (position === chunk.length) return position;',
    to: 'if (position === chunk.length) this.#prefixHigh = -1;\n    if (position === chunk.length) return position;',
  },
  {
    id: 'P04',
    file: `${LISTENERS}/length-prefixed-stream.ts`,
    from: 'this.#batch.append(reply, length);',
    to: 'this.#batch.append(reply, length);\n    this.#batch.flush();',
  },
  {
    id: 'P05',
    file: 'src/data-plane/thread-listeners.ts',
    from: 'idleMilliseconds: 30_000,',
    to: 'idleMilliseconds: 300_000,',
  },
  {
    id: 'P06',
    file: `${LISTENERS}/tcp-listener.ts`,
    from: 'allowHalfOpen: true',
    to: 'allowHalfOpen: false',
  },
  {
    id: 'P07',
    file: `${LISTENERS}/connection-table.ts`,
    from: 'ofClient.length >= this.#limits.connectionsPerClient',
    to: 'ofClient.length >= 1e9',
  },
  {
    id: 'P08',
    file: `${LISTENERS}/length-prefixed-stream.ts`,
    from: 'if (!this.#splitter.isMidMessage ||',
    to: 'if (this.#splitter.ordinal === 0 || !this.#splitter.isMidMessage ||',
  },
  {
    id: 'P09',
    file: `${LISTENERS}/length-prefixed-stream.ts`,
    from: 'if (this.#socket.writableLength > this.#service.limits.unreadReplyBytes) {',
    to: 'if (this.#socket.writableLength > 1e12) {',
  },
  {
    id: 'P11',
    file: `${LISTENERS}/tls-server.ts`,
    from: "() => tlsServer.emit('connection', connection.socket)",
    to: "() => connection.socket.once('data', (octets) => connection.socket.end(octets))",
  },
  {
    id: 'P12',
    file: `${LISTENERS}/certificate-chooser.ts`,
    from: "'ECDHE-ECDSA-AES256-GCM-SHA384',",
    to: "'ECDHE-ECDSA-AES256-GCM-SHA384',\n    'ECDHE-ECDSA-AES128-SHA',",
  },
  {
    id: 'P13',
    file: `${LISTENERS}/tls-server.ts`,
    from: 'protocols.find((protocol) => offered.includes(protocol))',
    to: 'protocols.find((protocol) => offered.includes(protocol)) ?? offered[0]',
  },
  {
    id: 'P14',
    file: `${LISTENERS}/tls-server.ts`,
    from: 'SNICallback: (serverName, callback) => callback(null, chooser.choose(serverName)),',
    to: "SNICallback: (serverName, callback) => { const found = chooser.choose(serverName); callback(found ? null : new Error('unknown name'), found); },",
  },
  {
    id: 'P15',
    file: `${LISTENERS}/certificate-chooser.ts`,
    from: 'ticketKeys: this.#ticketKeys, key:',
    to: 'key:',
  },
  {
    id: 'P16',
    file: `${LISTENERS}/tls-server.ts`,
    from: 'tlsServer.setSecureContext(chooser.replace(certificates))',
    to: 'void chooser.replace(certificates)',
  },
  {
    id: 'P17',
    file: 'src/control-plane/certificates/certificate-files.ts',
    from: "chain.value.map((certificate) => certificate.toString()).join('')",
    to: 'chain.value[0]!.toString()',
  },
  {
    id: 'P18',
    file: `${LISTENERS}/certificate-chooser.ts`,
    from: 'if (!byName.has(name)) byName.set(name, context);',
    to: 'void name, context;',
  },
  {
    id: 'P19',
    file: `${LISTENERS}/tls-server.ts`,
    from: 'handshakeTimeout: limits.readMilliseconds,',
    to: '',
  },
  {
    id: 'P20',
    file: `${LISTENERS}/length-prefixed-stream.ts`,
    from: 'this.#socket.end();\n',
    to: 'this.#connection.socket.destroy();\n',
  },
  {
    id: 'P21',
    file: `${LISTENERS}/tls-server.ts`,
    from: "kind === 'challenge' && challenges.show(",
    to: 'challenges.show(',
  },
  {
    id: 'P21',
    file: `${LISTENERS}/client-hello.ts`,
    from: '&& !list.remains ',
    to: '',
  },
  {
    id: 'P10',
    file: 'src/data-plane/listeners/stream-service.ts',
    from: 'this.limits.idleMilliseconds / 100',
    to: 'this.limits.idleMilliseconds / 1000',
  },
  {
    id: 'P10',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'sink.keepaliveDeciseconds?.(query.returnPath)',
    to: 'sink.keepaliveDeciseconds?.(query.returnPath) ?? 300',
  },
  {
    id: 'P10',
    file: 'src/data-plane/steps/check-packet.ts',
    from: ' && sink.keepaliveDeciseconds !== undefined',
    to: '',
  },
  {
    id: 'P10',
    file: 'src/data-plane/steps/check-packet.ts',
    from: ' && sink.keepaliveDeciseconds !== undefined',
    to: ' && sink.keepaliveDeciseconds === undefined && facts.id < 0',
  },
];
