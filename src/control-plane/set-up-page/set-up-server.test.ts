import assert from 'node:assert/strict';
import { once } from 'node:events';
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { freePorts } from '../../../test/peers/free-ports.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { createSightings, Sightings } from '../../memory/sightings/sightings.ts';
import { parseAccessEntry } from '../../policy/access-list.ts';
import { knownName } from '../../wire/name-text.ts';
import { loadCertificates } from '../certificates/load-certificates.ts';
import type { ListeningAddress } from '../local-names/discovery-records.ts';
import { localAddresses } from '../../sockets/local-addresses.ts';
import { pageValues } from './page/page-values.ts';
import { SetUpServer } from './set-up-server.ts';

const NAMES = ['dns.example.org', '127.0.0.1'];

const EVERYWHERE: readonly ListeningAddress[] = [
  { kind: 'udp', address: '0.0.0.0', port: 53 },
  { kind: 'tcp', address: '0.0.0.0', port: 53 },
  { kind: 'dot', address: '0.0.0.0', port: 853 },
  { kind: 'doh', address: '0.0.0.0', port: 443 },
];

interface Page {
  readonly port: number;
  readonly sightings: Sightings;
  nowSeconds: number;
  localAddresses: string[] | Error;
  /** Where the certificates are. */
  readonly directory: string;
  readonly warnings: string[];
  /** How often the facts were looked up. */
  looked: number;
  get(path: string, options?: { method?: string; host?: string; userAgent?: string }): Promise<Reply>;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

async function openPage(
  t: TestContext,
  permitted = 'loopback',
  kind: 'local-ca' | 'files' = 'local-ca',
  { address = '127.0.0.1', listening = EVERYWHERE }: { address?: string; listening?: readonly ListeningAddress[] } = {},
): Promise<Page> {
  const { path: directory, remove } = temporaryDirectory('set-up');
  t.after(remove);
  const certificates = [{ names: NAMES, source: { kind: 'local-ca' as const } }];
  const { certificates: loaded } = await loadCertificates(
    { certificates, certificateDirectory: directory },
    new Date(),
  );
  const other = temporaryDirectory('no-ca');
  t.after(other.remove);
  const buffer = createSightings();
  const [port] = await freePorts(1);
  const localAddresses: string[] | Error = ['192.168.1.2'];
  const page = { nowSeconds: 1_000, localAddresses, looked: 0, directory, warnings: [] as string[] } as Omit<
    Page,
    'port' | 'sightings' | 'get'
  >;
  const server = new SetUpServer({
    clients: {
      settings: { certificates, certificateDirectory: kind === 'local-ca' ? directory : other.path },
      certificates: () => loaded,
      listening,
      localAddresses: () => {
        page.looked++;
        if (page.localAddresses instanceof Error) throw page.localAddresses;
        return page.localAddresses;
      },
    },
    sightings: buffer,
    permitted: parseAccessEntry(permitted) as never,
    hostName: 'Gateway',
    warn: (message) => page.warnings.push(message),
    nowSeconds: () => page.nowSeconds,
  });
  await server.listen([{ id: 1, kind: 'http', address, port: port!, descriptor: undefined }]);
  t.after(() => server.close());
  return Object.assign(page, {
    port: port!,
    sightings: new Sightings(buffer),
    get: (path: string, { method = 'GET', host = `${address}:${port}`, userAgent = '' } = {}) =>
      fetchFrom(address, port!, path, method, { host, 'user-agent': userAgent }),
  });
}

async function fetchFrom(
  host: string,
  port: number,
  path: string,
  method: string,
  headers: Record<string, string>,
): Promise<Reply> {
  const asked = request({ host, port, path, method, headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) };
}

async function connected(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

describe('the set-up page', () => {
  test('shows the names, addresses and ports of this gateway, and opens what fits the device', async (t) => {
    const page = await openPage(t);
    const { status, headers, body } = await page.get('/', { userAgent: 'Mozilla/5.0 (Linux; Android 15)' });
    const text = body.toString();
    assert.equal(status, 200);
    assert.match(String(headers['content-security-policy']), /^default-src 'none';/);
    for (const value of [
      'https://dns.example.org/dns-query',
      '<code>192.168.1.2</code>',
      'DNS=192.168.1.2#dns.example.org',
    ])
      assert.ok(text.includes(value), value);
    assert.match(text, /<details open><summary>Android/);
    assert.equal(text.match(/<details open>/g)?.length, 1);
    assert.match(
      (await page.get('/', { userAgent: 'Mozilla/5.0 (iPhone)' })).body.toString(),
      /<details open><summary>iPhone/,
    );
  });

  test('is made once per device, and again when something has changed', async (t) => {
    const page = await openPage(t);
    const first = (await page.get('/')).body;
    const { looked } = page;
    for (let i = 0; i < 5; i++) {
      assert.deepEqual((await page.get('/', { userAgent: `unknown ${i}` })).body, first);
      assert.equal((await page.get('/sotto.mobileconfig')).status, 200);
    }
    assert.equal(page.looked, looked, 'within a second nothing is looked up again');
    page.nowSeconds++;
    const profile = (await page.get('/sotto.mobileconfig')).body;
    page.localAddresses = ['192.168.1.3'];
    page.nowSeconds++;
    const changed = (await page.get('/')).body.toString();
    assert.ok(changed.includes('<code>192.168.1.3</code>') && !changed.includes('192.168.1.2'));
    assert.notDeepEqual((await page.get('/sotto.mobileconfig')).body, profile);
  });

  test('puts the address first that the browser came to, and no loopback', async (t) => {
    const page = await openPage(t);
    assert.doesNotMatch((await page.get('/')).body.toString(), /<code>127\.0\.0\.1<\/code> <code>/);
    const values = pageValues(
      {
        names: [],
        dns: { port: 53, addresses: ['2001:db8::1', '192.168.1.2', '192.168.2.2'] },
        dot: { port: 853, addresses: ['192.168.1.2'] },
        doh: { port: 443, addresses: [] },
        localCa: undefined,
        localCaPath: '/certs/local-ca.cert.pem',
      },
      [
        { address: '192.168.2.2', port: 8053 },
        { address: '192.168.1.2', port: 8053 },
      ],
      { address: '192.168.2.2', isServed: (kind, port) => kind === 'udp' && port === 53 },
    );
    assert.deepEqual(values.dnsAddresses, ['192.168.2.2', '192.168.1.2', '2001:db8::1']);
    assert.deepEqual(values.dotAddresses, ['192.168.1.2']);
    assert.deepEqual([values.dohAddresses, values.dohPort, values.dohUrl], [[], undefined, undefined]);
    assert.equal(values.pageUrl, 'http://192.168.2.2:8053/');
  });

  test('gives for each service the addresses where it listens, and none where only the page does', async (t) => {
    const own = localAddresses().find((it) => !it.includes(':') && !it.startsWith('127.'));
    if (own === undefined) return t.skip('this machine has no IPv4 address but loopback ones');
    const listening: ListeningAddress[] = [
      { kind: 'udp', address: '192.168.1.2', port: 53 },
      { kind: 'dot', address: '192.168.1.3', port: 853 },
      { kind: 'doh', address: '127.0.0.1', port: 443 },
      // On a port that is usual for DNS: what counts is what answers there.
      { kind: 'http', address: own, port: 53 },
    ];
    const textOf = async (more: readonly ListeningAddress[]) =>
      (await (await openPage(t, 'any', 'local-ca', { address: own, listening: [...listening, ...more] })).get('/')).body
        .toString()
        .replaceAll(`http://${own}`, 'PAGE');
    const alone = await textOf([]);
    assert.ok(!alone.includes(own), alone);
    assert.ok(alone.includes('DNS=192.168.1.3#dns.example.org\n'));
    assert.match(alone, /Plain DNS<\/dt><dd><code>192\.168\.1\.2<\/code> <\/dd>/);
    assert.doesNotMatch(alone, /dns-query|PowerShell|Profile for DNS over HTTPS/, 'no device gets to loopback');
    const beside = await textOf([{ kind: 'dot', address: own, port: 853 }]);
    assert.ok(beside.includes(`DNS=${own}#dns.example.org 192.168.1.3#dns.example.org\n`));
    assert.match(beside, /Plain DNS<\/dt><dd><code>192\.168\.1\.2<\/code> <\/dd>/);
  });

  test('says so where it cannot be made, tells the log once a minute, and comes back by itself', async (t) => {
    const page = await openPage(t);
    page.localAddresses = new Error('no descriptors left');
    for (let i = 0; i < 3; i++) assert.equal((await page.get('/')).status, 500);
    assert.equal(page.warnings.length, 1);
    assert.match(page.warnings[0]!, /set-up page could not be given \(no descriptors left\)/);
    page.nowSeconds += 60;
    assert.equal((await page.get('/sotto.mobileconfig')).status, 500);
    assert.equal(page.warnings.length, 2);
    page.localAddresses = ['192.168.1.2'];
    assert.equal((await page.get('/')).status, 200);
  });

  test('goes on with what it knows where the system does not say what is there now', async (t) => {
    const page = await openPage(t);
    const before = (await page.get('/')).body.toString();
    assert.match(before, /local-ca\.cer/);
    page.localAddresses = new Error('no descriptors left');
    page.nowSeconds++;
    assert.equal((await page.get('/')).body.toString(), before);
    page.localAddresses = ['192.168.1.2'];
    // Like a folder that may not be entered, for a superuser as well.
    const aside = `${page.directory}-aside`;
    renameSync(page.directory, aside);
    symlinkSync(page.directory, page.directory);
    t.after(() => rmSync(aside, { recursive: true }));
    page.nowSeconds++;
    assert.equal((await page.get('/')).body.toString(), before);
    assert.deepEqual(page.warnings, []);
  });

  test('names the file of the local CA as it is on the gateway’s machine, and the other names', async (t) => {
    const page = await openPage(t);
    const text = (await page.get('/')).body.toString();
    assert.match(text, /-in \/\S+\/local-ca\.cert\.pem<\/code>/);
    assert.doesNotMatch(text, /Other names/, 'loopback is none that a device could use');
  });

  test('has no script or style of its own that the policy would not let through', async (t) => {
    const text = (await (await openPage(t)).get('/')).body.toString();
    assert.doesNotMatch(text, /\sstyle=|\son\w+=|<style|<script>|https?:\/\/(?!dns\.example\.org)/);
  });

  test('says by which transport a name was asked, once it was', async (t) => {
    const page = await openPage(t);
    const token = '0123456789abcdef';
    const askedBy = async () => JSON.parse((await page.get(`/check?token=${token}`)).body.toString()) as unknown;
    assert.deepEqual(await askedBy(), { askedBy: 'nobody' });
    page.sightings.note(knownName(`${token}.check.sotto.internal`), 3, page.nowSeconds);
    assert.deepEqual(await askedBy(), { askedBy: 'doh' });
    page.nowSeconds += 61;
    assert.deepEqual(await askedBy(), { askedBy: 'nobody' });
  });

  test('gives the local CA where it signed the certificate, and does not speak of it elsewhere', async (t) => {
    const own = await openPage(t);
    const [der, pem] = [await own.get('/local-ca.cer'), await own.get('/local-ca.cert.pem')];
    assert.equal(der.headers['content-type'], 'application/x-x509-ca-cert');
    assert.equal(pem.body.toString().replace(/-----.*-----|\s/g, ''), der.body.toString('base64'));
    assert.match(String(pem.headers['content-disposition']), /attachment; filename="local-ca\.cert\.pem"/);
    const foreign = await openPage(t, 'loopback', 'files');
    assert.equal((await foreign.get('/local-ca.cer')).status, 404);
    assert.doesNotMatch((await foreign.get('/')).body.toString(), /local-ca/);
  });

  test('is not there for pages that have another name lead here', async (t) => {
    const page = await openPage(t);
    for (const path of ['/', '/check?token=0123456789abcdef', '/sotto.mobileconfig'])
      assert.equal((await page.get(path, { host: 'evil.example' })).status, 421);
    assert.equal((await page.get('/', { host: `gateway.local:${page.port}` })).status, 200);
  });

  test('answers what it does not know, and whatever else is sent', async (t) => {
    const page = await openPage(t);
    assert.equal((await page.get('/nothing')).status, 404);
    assert.equal((await page.get('/', { method: 'POST' })).status, 405);
    assert.equal((await page.get('//', {})).status, 404);
    const head = await page.get('/', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body.length], [200, 0]);
    const broken = await connected(page.port);
    broken.write('GET http://[ HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
    await once(broken, 'data');
    assert.equal((await page.get('/')).status, 200);
  });

  test('is closed to addresses that are not permitted', async (t) => {
    const page = await openPage(t, '192.0.2.0/24');
    await assert.rejects(page.get('/'), { code: 'ECONNRESET' });
  });

  test('stays open for others while one client holds all the connections it can get', async (t) => {
    const page = await openPage(t);
    const held: Socket[] = [];
    t.after(() => {
      for (const socket of held) socket.destroy();
    });
    const neighbor = await connected(page.port, '127.0.0.2');
    held.push(neighbor);
    const closed: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) {
      const socket = await connected(page.port);
      closed.push(once(socket, 'close'));
      held.push(socket);
    }
    // The oldest made room.
    await Promise.all(closed.slice(0, 80));
    assert.equal((await page.get('/')).status, 200);
    neighbor.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    const [answer] = (await once(neighbor, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200/, 'who was there before is still heard');
  });
});
