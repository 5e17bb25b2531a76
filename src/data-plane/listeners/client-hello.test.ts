import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { clientHello, inRecordsOf } from '../../../test/fixtures/client-hello.ts';
import { HELLO_MAX_BYTES, HELLO_MAX_RECORDS, readFirstWords } from './client-hello.ts';

const AUTHORITY: ConnectionOptions = { servername: 'dns.example.org', ALPNProtocols: ['acme-tls/1'] };
const PHONE = { kind: 'client', serverName: 'dns.example.org' };
const UNREADABLE = { kind: 'client', serverName: '' };
const CHALLENGE = { kind: 'challenge', serverName: 'dns.example.org' };

describe('the first words of a TLS client', () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const only = { minVersion: version, maxVersion: version };

    test(`an authority is told from clients with the same SNI, in ${version}`, async () => {
      assert.deepEqual(readFirstWords(await clientHello({ ...AUTHORITY, ...only })), CHALLENGE);
      for (const ALPNProtocols of [['dot'], ['h2', 'http/1.1'], undefined])
        assert.deepEqual(
          readFirstWords(
            await clientHello({ servername: 'dns.example.org', ...(ALPNProtocols && { ALPNProtocols }), ...only }),
          ),
          PHONE,
        );
    });
  }

  test('who offers acme-tls/1 among others is no authority (RFC 8737 section 4)', async () => {
    for (const ALPNProtocols of [
      ['acme-tls/1', 'h2'],
      ['h2', 'acme-tls/1'],
      ['acme-tls/1', 'acme-tls/1'],
      ['acme-tls/11'],
      ['acme-tls/'],
    ])
      assert.deepEqual(readFirstWords(await clientHello({ ...AUTHORITY, ALPNProtocols })), PHONE);
  });

  test('a name is given in lower case, and an authority without one has none', async () => {
    const shouting = await clientHello({ ...AUTHORITY, servername: 'DNS.Example.ORG' });
    assert.deepEqual(readFirstWords(shouting), CHALLENGE);
    const address = await clientHello({ ...AUTHORITY, servername: '1.2.0.192.in-addr.arpa' });
    assert.deepEqual(readFirstWords(address), { kind: 'challenge', serverName: '1.2.0.192.in-addr.arpa' });
    const nameless = await clientHello({ ALPNProtocols: ['acme-tls/1'], servername: '' });
    assert.deepEqual(readFirstWords(nameless), { kind: 'challenge', serverName: '' });
  });

  test('before the last octet nothing is decided, however it is cut into records', async () => {
    const hello = await clientHello(AUTHORITY);
    for (const octets of [
      hello,
      inRecordsOf(1000, hello),
      inRecordsOf(Math.ceil(hello.length / HELLO_MAX_RECORDS), hello),
    ]) {
      for (let length = 0; length < octets.length; length++) {
        const said = readFirstWords(octets.subarray(0, length));
        assert.ok(said.kind === 'incomplete', `after ${length}`);
        assert.ok(said.octetsWanted > length && said.octetsWanted <= octets.length, `after ${length}`);
      }
      assert.deepEqual(readFirstWords(octets), CHALLENGE);
      assert.deepEqual(readFirstWords(Buffer.concat([octets, Buffer.alloc(100, 0xff)])), CHALLENGE);
    }
  });

  test('a client that cuts it into ever so many records is left to TLS before they cost much', async () => {
    const octets = inRecordsOf(1, await clientHello(AUTHORITY));
    const recordBytes = 6;
    assert.equal(readFirstWords(octets.subarray(0, HELLO_MAX_RECORDS * recordBytes)).kind, 'incomplete');
    assert.deepEqual(readFirstWords(octets.subarray(0, HELLO_MAX_RECORDS * recordBytes + 1)), UNREADABLE);
  });

  test('what is not TLS, not a ClientHello, or longer than any is, is left to TLS', () => {
    const record = (...content: number[]) => Uint8Array.of(22, 3, 1, 0, content.length, ...content);
    for (const octets of [
      Uint8Array.of(0),
      Uint8Array.of(0, 30, 1, 2),
      Buffer.from('GET / HTTP/1.1\r\n'),
      record(),
      record(2, 0, 0, 1, 0), // ServerHello
      record(1, 0, 0, 0), // empty
      record(1, 0, 0x20, 0), // announces 8 KiB
      new Uint8Array(HELLO_MAX_BYTES + 1).fill(22, 0, 1),
    ])
      assert.deepEqual(readFirstWords(octets), UNREADABLE, Buffer.from(octets.subarray(0, 16)).toString('hex'));
  });
});
