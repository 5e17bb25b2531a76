import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { freePorts } from '../../../test/peers/free-ports.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { createSightings, Sightings } from '../../memory/sightings/sightings.ts';
import { parseAccessEntry } from '../../policy/access-list.ts';
import { knownName } from '../../wire/name-text.ts';
import { loadCertificates } from '../certificates/load-certificates.ts';
import { pageValues } from './page/page-values.ts';
import { SetUpServer } from './set-up-server.ts';

const NAMES = ['dns.example.org', '127.0.0.1'];

interface Page {
  readonly port: number;
  readonly sightings: Sightings;
  nowSeconds: number;
  localAddresses: string[];
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
  const page = { nowSeconds: 1_000, localAddresses: ['192.168.1.2'], looked: 0 };
  const server = new SetUpServer({
    clients: {
      settings: { certificates, certificateDirectory: kind === 'local-ca' ? directory : other.path },
      certificates: () => loaded,
      listening: (['udp', 'tcp', 'dot', 'doh'] as const).map((it, index) => ({
        kind: it,
        address: '0.0.0.0',
        port: [53, 53, 853, 443][index]!,
      })),
      localAddresses: () => {
        page.looked++;
        return page.localAddresses;
      },
    },
    sightings: buffer,
    permitted: parseAccessEntry(permitted) as never,
    hostName: 'Gateway',
    nowSeconds: () => page.nowSeconds,
  });
  await server.listen([{ id: 1, kind: 'http', address: '127.0.0.1', port: port!, descriptor: undefined }]);
  t.after(() => server.close());
  return Object.assign(page, {
    port: port!,
    sightings: new Sightings(buffer),
    get: (path: string, { method = 'GET', host = `127.0.0.1:${port}`, userAgent = '' } = {}) =>
      fetchFrom(port!, path, method, { host, 'user-agent': userAgent }),
  });
}

async function fetchFrom(port: number, path: string, method: string, headers: Record<string, string>): Promise<Reply> {
  const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }).end();
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
        dns: { ports: [53], addresses: ['2001:db8::1', '192.168.1.2', '192.168.2.2'] },
        dot: { ports: [], addresses: [] },
        doh: { ports: [], addresses: [] },
        localCa: undefined,
        localCaPath: '/certs/local-ca.cert.pem',
      },
      [
        { address: '192.168.2.2', port: 8053 },
        { address: '192.168.1.2', port: 8053 },
      ],
      '192.168.2.2',
    );
    assert.deepEqual(values.addresses, ['192.168.2.2', '192.168.1.2', '2001:db8::1']);
    assert.equal(values.pageUrl, 'http://192.168.2.2:8053/');
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
