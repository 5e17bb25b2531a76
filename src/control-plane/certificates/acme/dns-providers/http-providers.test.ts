// The providers with an HTTP API, each against a server of its own shape that keeps records.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { localFailureOf } from '../../../../../test/fixtures/acme/local-failure.ts';
import { OutsideHttp } from '../outside-http.ts';
import { acmeDns } from './acme-dns.ts';
import { cloudflare } from './cloudflare.ts';
import { desec } from './desec.ts';
import { hetzner } from './hetzner.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Record<string, unknown>;
}
interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

const ZONE = 'example.org';
const NAME = '_acme-challenge.www.example.org';

/** A server for one provider; where nothing is answered it is 404. */
async function api(t: TestContext, answer: (request: Request) => Reply | undefined) {
  const requests: Request[] = [];
  const server = createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url!, 'http://api');
      const request = {
        method: incoming.method!,
        path: decodeURIComponent(url.pathname),
        parameters: url.searchParams,
        headers: incoming.headers,
        body: text === '' ? {} : JSON.parse(text),
      };
      requests.push(request);
      const { status, body } = answer(request) ?? { status: 404, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = new OutsideHttp({
    writtenUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lookup: (_name, _options, callback) => callback(new Error('no name is to be looked up here'), '', 0),
    signal: new AbortController().signal,
  });
  t.after(async () => {
    await http.close();
    server.close();
  });
  return { requests, http, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('Cloudflare', () => {
  const records = new Map<string, Record<string, unknown>>();
  const answer = ({ method, path, parameters, headers, body }: Request): Reply | undefined => {
    if (headers.authorization !== 'Bearer token')
      return { status: 403, body: { errors: [{ message: 'Authentication error' }] } };
    if (path === '/zones')
      return { status: 200, body: { result: parameters.get('name') === ZONE ? [{ id: 'z1' }] : [] } };
    if (path === '/zones/z1/dns_records' && method === 'POST') {
      const id = `r${records.size + 1}`;
      records.set(id, { ...body, id });
      return { status: 200, body: { result: { id } } };
    }
    if (path === '/zones/z1/dns_records')
      return {
        status: 200,
        body: { result: [...records.values()].filter(({ name }) => name === parameters.get('name')) },
      };
    return records.delete(path.slice('/zones/z1/dns_records/'.length)) ? { status: 200, body: {} } : undefined;
  };

  test('records are made in the zone that covers the name, and exactly these are deleted', async (t) => {
    const { http, base } = await api(t, answer);
    const provider = cloudflare(http, 'token', base);
    await provider.present(NAME, 'one');
    await provider.present(NAME, 'two');
    assert.deepEqual(
      [...records.values()].map(({ type, name, content }) => [type, name, content]),
      [
        ['TXT', NAME, '"one"'],
        ['TXT', NAME, '"two"'],
      ],
    );
    await provider.remove(NAME, 'one');
    await provider.remove(NAME, 'never there');
    assert.deepEqual(
      [...records.values()].map(({ content }) => content),
      ['"two"'],
    );
  });

  test('a token that is not accepted and a zone of somebody else are told', async (t) => {
    const { http, base } = await api(t, answer);
    assert.match(
      await localFailureOf(cloudflare(http, 'wrong', base).present(NAME, 'v')),
      /^Cloudflare answers with HTTP status 403: the token is not accepted, .*Authentication error/,
    );
    assert.match(
      await localFailureOf(cloudflare(http, 'token', base).present('_acme-challenge.other.net', 'v')),
      /no zone of this token covers _acme-challenge\.other\.net/,
    );
  });
});

test('Hetzner: values are added to and taken from the set at the name', async (t) => {
  const { http, base, requests } = await api(t, ({ method, path }) => {
    if (path === `/zones/${ZONE}`) return { status: 200, body: { zone: {} } };
    if (
      method === 'POST' &&
      /^\/zones\/example\.org\/rrsets\/_acme-challenge\.www\/TXT\/actions\/(add|remove)_records$/.test(path)
    )
      return { status: 201, body: { action: {} } };
    return undefined;
  });
  const provider = hetzner(http, 'token', `${base}/`);
  await provider.present(NAME, 'one');
  await provider.remove(NAME, 'one');
  const changes = requests.filter(({ method }) => method === 'POST');
  assert.deepEqual(
    changes.map(({ path, body }) => [path.split('/').at(-1), body]),
    [
      ['add_records', { ttl: 60, records: [{ value: '"one"' }] }],
      ['remove_records', { records: [{ value: '"one"' }] }],
    ],
  );
  assert.ok(requests.every(({ headers }) => headers.authorization === 'Bearer token'));
});

test('deSEC: the set is read, changed and written back; what others have there stays', async (t) => {
  let set: string[] = ['"of somebody else"'];
  const { http, base, requests } = await api(t, ({ method, path, parameters, body }) => {
    if (path === '/domains/')
      return { status: 200, body: parameters.get('owns_qname') === NAME ? [{ name: ZONE, minimum_ttl: 3600 }] : [] };
    if (method === 'GET' && path === `/domains/${ZONE}/rrsets/_acme-challenge.www/TXT/`)
      return set.length === 0 ? undefined : { status: 200, body: { records: set } };
    if (method === 'PUT' && path === `/domains/${ZONE}/rrsets/`) {
      const [change] = body as unknown as { subname: string; ttl: number; records: string[] }[];
      assert.deepEqual([change!.subname, change!.ttl], ['_acme-challenge.www', 3600]);
      set = change!.records;
      return { status: 200, body: [] };
    }
    return undefined;
  });
  const provider = desec(http, 'token', base);
  await provider.present(NAME, 'one');
  await provider.present(NAME, 'two');
  assert.deepEqual(set, ['"of somebody else"', '"one"', '"two"']);
  await provider.remove(NAME, 'one');
  await provider.remove(NAME, 'two');
  assert.deepEqual(set, ['"of somebody else"']);
  assert.ok(requests.every(({ headers }) => headers.authorization === 'Token token'));
  assert.match(
    await localFailureOf(provider.present('_acme-challenge.other.net', 'v')),
    /deSEC: no domain of this token covers/,
  );
});

test('acme-dns: the text goes to the subdomain of the registration', async (t) => {
  const { http, base, requests } = await api(t, ({ path }) =>
    path === '/update' ? { status: 200, body: {} } : undefined,
  );
  const provider = acmeDns(http, { kind: 'acme-dns', url: base, subdomain: 'sub', user: 'me', password: 'secret' });
  await provider.present(NAME, 'one');
  await provider.remove(NAME, 'one');
  assert.deepEqual(
    requests.map(({ body, headers }) => [body, headers['x-api-user'], headers['x-api-key']]),
    [[{ subdomain: 'sub', txt: 'one' }, 'me', 'secret']],
  );
});

test('a server that sends without end is cut off', async (t) => {
  const server = createServer((_request, response) => {
    const more = (): void => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', more);
    };
    more();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const open = (writtenUrl: string | undefined) => {
    const http = new OutsideHttp({ writtenUrl, lookup: () => assert.fail(), signal: new AbortController().signal });
    t.after(() => http.close());
    return http;
  };
  const http = open(url);
  await assert.rejects(http.request({ method: 'GET', url }), /larger than 1000000 octets/);
  await assert.rejects(http.request({ method: 'GET', url: 'http://api.example.org/' }), /is not https/);
  // What a server names on this machine is not followed.
  for (const written of [undefined, 'https://ca.example.org/directory', 'http://127.0.0.1:9/'])
    await assert.rejects(open(written).request({ method: 'GET', url }), /127\.0\.0\.1:\d+ is not https/);
});
