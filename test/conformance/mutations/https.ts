// Section H.

import type { Mutation } from './mutation.ts';

const LISTENERS = 'src/data-plane/listeners';

export const HTTPS_MUTATIONS: readonly Mutation[] = [
  {
    id: 'H01',
    file: `${LISTENERS}/doh-request.ts`,
    from: 'padding < 2;',
    to: 'padding < 1;',
  },
  {
    id: 'H02',
    file: `${LISTENERS}/doh-request.ts`,
    from: "if (mediaTypeOf(head.contentType ?? '') !== DNS_MESSAGE) return 415;",
    to: 'if (mediaTypeOf(head.contentType ?? DNS_MESSAGE) !== DNS_MESSAGE) return 415;',
  },
  {
    id: 'H03',
    file: `${LISTENERS}/doh-request.ts`,
    from: 'return length < HEADER_BYTES ? 0 : length;',
    to: 'return length <= 0 ? HEADER_BYTES : Math.max(length, HEADER_BYTES);',
  },
  {
    id: 'H04',
    file: `${LISTENERS}/doh-exchange.ts`,
    from: 'if (status === 405) return',
    to: 'if (status === 501) return',
  },
  {
    id: 'H05',
    file: `${LISTENERS}/doh-request.ts`,
    from: "target.length === end || target.charAt(end) === '?'",
    to: 'target.length >= end',
  },
  {
    id: 'H06',
    file: `${LISTENERS}/request-body.ts`,
    from: 'if (length > MESSAGE_MAX_BYTES) return false;',
    to: 'if (length > MESSAGE_MAX_BYTES) return true;',
  },
  {
    id: 'H07',
    file: `${LISTENERS}/doh-http2-engine.ts`,
    from: "{ ':status': 200, ...replyFields(reply, length, this.#isStale) },",
    to: "{ ':status': (reply[3]! & 15) === 2 ? 502 : 200, ...replyFields(reply, length, this.#isStale) },",
  },
  {
    id: 'H08',
    file: `${LISTENERS}/reply-freshness.ts`,
    from: 'if (freshness < 0 || ttl < freshness) freshness = ttl;',
    to: 'if (freshness < 0 || ttl > freshness) freshness = ttl;',
  },
  {
    id: 'H08',
    file: 'src/data-plane/query-handler.ts',
    from: 'query.sink.noteStale?.(query.returnPath);',
    to: '{}',
  },
  {
    id: 'H08',
    file: 'src/data-plane/steps/answer-from-cache.ts',
    from: 'cached.ttlCount, query.nowSeconds - cached.storedAtSeconds);',
    to: 'cached.ttlCount, 0);',
  },
  {
    id: 'H09',
    file: 'src/wire/query-builder.ts',
    from: 'writeCounts(message, 1, 0, 0, 1);',
    to: 'writeCounts(message, 1, 0, 0, 1);\n  writeUint16(message, 0, 1 + question.nameLength);',
  },
  {
    id: 'H10',
    file: `${LISTENERS}/doh-listener.ts`,
    from: "protocols: ['h2', 'http/1.1'],",
    to: "protocols: ['http/1.1', 'h2'],",
  },
  {
    id: 'H11',
    file: `${LISTENERS}/doh-request.ts`,
    from: 'if (!acceptsDnsMessage(head.accept)) return 406;',
    to: '',
  },
  {
    id: 'H12',
    file: `${LISTENERS}/doh-exchange.ts`,
    from: "'content-length': length,",
    to: "'content-length': length,\n    'access-control-allow-origin': '*',",
  },
  {
    id: 'H14',
    file: `${LISTENERS}/doh-request.ts`,
    from: 'if (valueStart >= 0) return 0;',
    to: '',
  },
  {
    id: 'H14',
    file: `${LISTENERS}/doh-request.ts`,
    from: 'end -= 3;',
    to: 'end -= 8;',
  },
  {
    id: 'H15',
    file: `${LISTENERS}/doh-http2-engine.ts`,
    from: 'const CONCURRENT_STREAMS_MAX = 100;',
    to: 'const CONCURRENT_STREAMS_MAX = 1000;',
  },
  {
    id: 'H16',
    file: 'src/data-plane/steps/limit-access.ts',
    from: 'query.sink.transport.encrypted ? lists.encrypted : lists.plain',
    to: 'lists.plain',
  },
  {
    id: 'H17',
    file: `${LISTENERS}/doh-request.ts`,
    from: "if (mediaTypeOf(head.contentType ?? '') !== DNS_MESSAGE) return 415;",
    to: "if (!mediaTypeOf(head.contentType ?? '').endsWith('dns-message')) return 415;",
  },
  {
    id: 'H18',
    file: `${LISTENERS}/doh-exchange.ts`,
    from: "'content-length': length,",
    to: "'content-length': length,\n    vary: 'Origin',",
  },
  {
    id: 'H19',
    file: `${LISTENERS}/tls-server.ts`,
    from: "() => tlsServer.emit('connection', connection.socket)",
    to: "() => connection.socket.once('data', () => connection.socket.end('HTTP/1.1 200 OK\\r\\n\\r\\n'))",
  },
  {
    id: 'H13',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'sink.keepaliveDeciseconds?.(query.returnPath)',
    to: 'sink.keepaliveDeciseconds?.(query.returnPath) ?? 300',
  },
];
