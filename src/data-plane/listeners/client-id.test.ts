import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, describe, test } from 'node:test';
import tls from 'node:tls';
import fc from 'fast-check';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  GENEROUS_LIMITS,
} from '../../../test/fixtures/fake-query-handler.ts';
import {
  connectHttp2,
  connectTls,
  HTTP2_POST_HEADERS,
  requestHttp1,
  requestHttp2,
  streamClient,
} from '../../../test/fixtures/listener-clients.ts';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { clientIdIn, clientIdInServerName } from '../../wire/client-id.ts';
import { startDohListener } from './doh-listener.ts';
import { startDotListener } from './dot-listener.ts';
import type { QueryHandler } from './listener.ts';
import type { TlsListener } from './stream-options.ts';

const wildcard = makeCertificate({ names: ['dns.example.org', '*.dns.example.org'] });
const ca = wildcard.caPem;
const QUERY = testQuery(1, 'www.example.org');
after(() => wildcard.remove());

describe('the form of a client ID', () => {
  const idOf = (text: string) => clientIdIn(text, 0, text.length);

  test('is that of a host name’s label, in lower case', () => {
    for (const text of ['a', '0', 'phone', 'phone-1', 'a--b', 'x'.repeat(63)]) assert.equal(idOf(text), text);
    assert.equal(idOf('Lisas-Phone'), 'lisas-phone');
  });

  test('nothing else is one', () => {
    for (const text of [
      '',
      '-',
      '-a',
      'a-',
      'x'.repeat(64),
      'a.b',
      'a_b',
      'a b',
      'a/b',
      'a%20',
      'ä',
      '\u017f',
      '\u212a',
      '@',
      '[',
      '`',
      '{',
      '\0',
    ])
      assert.equal(idOf(text), '', JSON.stringify(text));
  });

  test('of any text, what is one can stand in a name and in a URL as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (text) => {
        const id = idOf(text);
        assert.equal(id !== '', /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text) && /^[\0-\x7f]*$/.test(text));
        assert.equal(encodeURIComponent(id), id);
      }),
      { seed: 20_261_122, numRuns: 2000 },
    );
  });

  test('in a server name it is the first label', () => {
    assert.equal(clientIdInServerName('Phone.dns.example.org'), 'phone');
    assert.equal(clientIdInServerName('phone'), '');
    assert.equal(clientIdInServerName('.dns.example.org'), '');
    assert.equal(clientIdInServerName('a_b.dns.example.org'), '');
  });
});

describe('the client ID of a query', () => {
  const listeners: TlsListener[] = [];
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.close(0);
  });

  async function start(kind: 'dot' | 'doh') {
    const ids: (string | undefined)[] = [];
    const handler: QueryHandler = (sink, returnPath, ...query) => {
      ids.push(sink.clientId?.(returnPath));
      answeringHandler(sink, returnPath, ...query);
    };
    const listener = await (kind === 'dot' ? startDotListener : startDohListener)({
      socket: { id: 1, kind, address: '127.0.0.1', port: 0, descriptor: undefined },
      handler,
      limits: GENEROUS_LIMITS,
      counters: new CountingListenerCounters(),
      certificates: [
        {
          names: ['dns.example.org', 'laptop.dns.example.org', '*.dns.example.org'],
          keyPem: wildcard.keyPem,
          chainPem: wildcard.certPem,
        },
      ],
      ticketKeys: randomBytes(48),
    });
    listeners.push(listener);
    return { listener, ids };
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    test(`over DoT, ${version}: the label under the wildcard, also when a session is resumed that began under another name`, async () => {
      const { listener, ids } = await start('dot');
      const only = { minVersion: version, maxVersion: version, ca };
      const server = { host: '127.0.0.1', port: listener.address.port };
      const sessionOf = async (servername: string): Promise<Buffer> => {
        const socket = tls.connect({ ...server, ...only, servername });
        const session = new Promise<Buffer>((resolve) => void socket.once('session', resolve));
        await streamClient(socket).ask(QUERY);
        socket.destroy();
        return await session;
      };
      // Node's own clients do not offer a session to another name; those of others do.
      const resume = async (servername: string, session: Buffer, begunAs: string): Promise<void> => {
        const socket = tls.connect({ ...server, ...only, servername: begunAs, session });
        // Node has it, its types do not.
        (socket as tls.TLSSocket & { setServername(name: string): void }).setServername(servername);
        await streamClient(socket).ask(QUERY);
        assert.equal(socket.isSessionReused(), true, servername);
        socket.destroy();
      };
      const phone = 'Phone.dns.example.org';
      const ofPhone = await sessionOf(phone);
      for (const name of [phone, 'tablet.dns.example.org', 'laptop.dns.example.org', 'dns.example.org'])
        await resume(name, ofPhone, phone);
      await resume('tablet.dns.example.org', await sessionOf('dns.example.org'), 'dns.example.org');
      assert.deepEqual(ids, ['phone', ...['phone', 'tablet', '', ''], '', 'tablet']);
    });

  test('over DoT: none for our own name, for a name with a place of its own, for strangers, for no name', async () => {
    const { listener, ids } = await start('dot');
    const names = ['dns.example.org', 'laptop.dns.example.org', 'phone.other.example', 'a.b.dns.example.org', ''];
    for (const servername of names) {
      const socket = await connectTls(listener.address, { ca, servername, checkServerIdentity: () => undefined });
      await streamClient(socket).ask(QUERY);
      socket.destroy();
    }
    assert.deepEqual(
      ids,
      names.map(() => ''),
    );
  });

  test('over DoH: the end of the path, else the label; HTTP/2 and HTTP/1.1, GET and POST', async () => {
    const { listener, ids } = await start('doh');
    const parameter = QUERY.toString('base64url');
    for (const servername of ['dns.example.org', 'phone.dns.example.org']) {
      const session = await connectHttp2(listener.address, { ca, servername });
      for (const path of ['/dns-query/Tablet', '/dns-query'])
        assert.equal((await requestHttp2(session, { ...HTTP2_POST_HEADERS, ':path': path }, QUERY)).status, 200);
      assert.equal((await requestHttp2(session, { ':path': `/dns-query/tv?dns=${parameter}` })).status, 200);
      assert.equal((await requestHttp2(session, { ':path': `/dns-query/t_v?dns=${parameter}` })).status, 404);
      session.destroy();
      const path = `/dns-query/radio?dns=${parameter}`;
      assert.equal((await requestHttp1(listener.address, { ca, servername, path })).status, 200);
    }
    assert.deepEqual(ids, ['tablet', '', 'tv', 'radio', 'tablet', 'phone', 'tv', 'radio']);
  });
});
