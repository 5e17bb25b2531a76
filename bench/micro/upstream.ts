// What one exchange costs: our upstream beside undici's request() and bare dispatch(), against an HTTP/2 echo in a child process.
// Run: node bench/micro/upstream.ts [seconds per row]

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Client, type Dispatcher } from 'undici';
import { createUpstream } from '../../src/upstream/create-upstream.ts';
import type { AsksUpstream } from '../../src/upstream/upstream.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { CLASS, TYPE } from '../../src/wire/numbers.ts';
import { buildQuery } from '../../src/wire/query-builder.ts';
import { makeCertificate } from '../../test/fixtures/make-certificate.ts';
import { answerTo, startScriptedServer } from '../../test/peers/scripted-doh-server.ts';

const HOST_NAME = 'dns.example.org';
const CONCURRENCY = 64;
const HEADERS = { accept: 'application/dns-message' };

if (process.send !== undefined) await serve();
else await measureAll(Number(process.argv[2] ?? 3) * 1000);

async function serve(): Promise<void> {
  const [message] = await once(process, 'message');
  const server = await startScriptedServer({ ...(message as { certPem: string; keyPem: string }) });
  server.respond = (request) => {
    server.requests.length = 0;
    request.answer(answerTo(request.query));
  };
  process.send!(server.port);
}

async function measureAll(milliseconds: number): Promise<void> {
  const certificate = makeCertificate({ names: [HOST_NAME] });
  const child: ChildProcess = fork(import.meta.filename);
  child.send({ certPem: certificate.certPem, keyPem: certificate.keyPem });
  const [port] = (await once(child, 'message')) as [number];
  const url = `https://${HOST_NAME}:${port}/dns-query`;
  const query = exampleQuery();

  const upstream = createUpstream(
    [{ name: HOST_NAME, url, addresses: ['127.0.0.1'], caPem: certificate.caPem, maxQueriesPerSecond: undefined }],
    { onEvent: () => {} },
  );
  const client = new Client(new URL(url).origin, {
    connect: {
      ca: certificate.caPem,
      lookup: (_name, options, callback) =>
        options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
    },
  });
  const path = `/dns-query?dns=${Buffer.from(query).toString('base64url')}`;
  const get: Dispatcher.RequestOptions = { path, method: 'GET', headers: HEADERS };
  const post: Dispatcher.RequestOptions = { path: '/dns-query', method: 'POST', headers: HEADERS, body: query };

  for (const round of ['warm-up', 'measured']) {
    console.log(`${round}, ${CONCURRENCY} at once:`);
    await measure('our ask()', milliseconds, () => asked(upstream, query));
    for (const options of [get, post]) {
      await measure(`dispatch(), ${options.method}`, milliseconds, () => dispatched(client, options));
      await measure(`request(), ${options.method}`, milliseconds, async () => {
        const { body } = await client.request(options);
        await body.arrayBuffer();
      });
    }
  }
  await upstream.close();
  await client.destroy();
  child.kill();
  certificate.remove();
}

function asked(upstream: AsksUpstream, query: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    upstream.ask(query, { onAnswer: () => resolve(), onFailure: ({ detail }) => reject(new Error(detail)) });
  });
}

function dispatched(client: Client, options: Dispatcher.RequestOptions): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    client.dispatch(options, {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        resolve(chunks);
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    });
  });
}

async function measure(name: string, milliseconds: number, once: () => Promise<unknown>): Promise<void> {
  let count = 0;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const loop = async (): Promise<void> => {
    while (performance.now() - startedAt < milliseconds) {
      await once();
      count++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, loop));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const perExchange = ((user + system) / count).toFixed(1);
  console.log(`  ${name.padEnd(20)} ${Math.round(count / seconds)} per second, ${perExchange} us CPU each`);
}

function exampleQuery(): Uint8Array {
  const name = nameFromText('www.example.com')!;
  return buildQuery({
    name,
    nameLength: name.length,
    type: TYPE.A,
    class: CLASS.IN,
    dnssecOk: false,
    checkingDisabled: false,
  });
}
