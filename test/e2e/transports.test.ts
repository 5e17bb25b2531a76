// What the gateway must do alike on every transport: refuse strangers, and be silent where the policy says so.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { makeCertificate, type TestCertificate } from '../fixtures/make-certificate.ts';
import {
  dotClient,
  http1Client,
  http2Client,
  type TestClient,
  tcpClient,
  udpClient,
} from '../fixtures/listener-clients.ts';
import { answerTo, type ScriptedServer, startScriptedServer } from '../peers/scripted-doh-server.ts';
import { encodeAsk, readReply } from '../scenarios/conversation.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';

const UPSTREAM_NAME = 'dns.example.org';
/** Names that begin so are answered with a CNAME that leads to `ads.example`. */
const CLOAKED = 'cloaked';

interface Way {
  readonly name: string;
  readonly isEncrypted: boolean;
  /** How a client learns that it will get no answer; undefined where it does not. */
  readonly silence: RegExp | undefined;
  connect(gateway: GatewayProcess): Promise<TestClient>;
}

const trustOf = ({ caPath }: GatewayProcess) => ({ ca: readFileSync(caPath, 'utf8'), servername: 'localhost' });
const at = (port: number) => ({ address: '127.0.0.1', port });

const WAYS: readonly Way[] = [
  { name: 'UDP', isEncrypted: false, silence: undefined, connect: ({ ports }) => udpClient(at(ports.dns)) },
  { name: 'TCP', isEncrypted: false, silence: undefined, connect: ({ ports }) => tcpClient(at(ports.dns)) },
  { name: 'DoT', isEncrypted: true, silence: undefined, connect: (g) => dotClient(at(g.ports.dot), trustOf(g)) },
  {
    name: 'DoH over HTTP/2, POST',
    isEncrypted: true,
    silence: /code 8\b/,
    connect: (g) => http2Client(at(g.ports.doh), trustOf(g), 'POST'),
  },
  {
    name: 'DoH over HTTP/2, GET',
    isEncrypted: true,
    silence: /code 8\b/,
    connect: (g) => http2Client(at(g.ports.doh), trustOf(g), 'GET'),
  },
  {
    name: 'DoH over HTTP/1.1',
    isEncrypted: true,
    silence: /socket hang up|ECONNRESET/,
    connect: (g) => http1Client(at(g.ports.doh), trustOf(g)),
  },
];

let certificate: TestCertificate;
let upstream: ScriptedServer;

before(async () => {
  certificate = makeCertificate({ names: [UPSTREAM_NAME, '127.0.0.1'] });
  upstream = await startScriptedServer({
    certPem: certificate.certPem,
    keyPem: certificate.keyPem,
    respond: ({ query, answer }) => answer(query.includes(CLOAKED) ? cloakedAnswer(query) : answerTo(query)),
  });
});
after(async () => {
  await upstream.stop();
  certificate.remove();
});

async function withGateway(extra: string, use: (gateway: GatewayProcess) => Promise<void>): Promise<void> {
  const directory = makeGatewayDirectory();
  const peer = {
    hostName: UPSTREAM_NAME,
    address: upstream.address,
    dohPort: upstream.port,
    caPem: certificate.caPem,
  };
  const config = gatewayConfig({ directory, upstreams: [peer], extra });
  const gateway = await startGatewayProcess({ directory, config });
  try {
    await use(gateway);
  } finally {
    await gateway.stop();
  }
}

describe('access', () => {
  const LISTS = [
    { closed: 'plain', extra: '[access]\nplain = ["192.0.2.0/24"]\nencrypted = ["any"]' },
    { closed: 'encrypted', extra: '[access]\nplain = ["any"]\nencrypted = ["192.0.2.0/24"]' },
  ];
  for (const { closed, extra } of LISTS) {
    test(`X09 H16 who is not in [access] ${closed} is REFUSED on each of its transports, with EDE 18 if the query had OPT, and served on the others`, async () => {
      await withGateway(extra, async (gateway) => {
        for (const [index, way] of WAYS.entries()) {
          const client = await way.connect(gateway);
          const name = `n${index}.${closed}.example.org`;
          const explained = readReply(await client.ask(encodeAsk({ name, id: 1 })));
          const plain = readReply(await client.ask(encodeAsk({ name, id: 2, edns: false })));
          client.destroy();
          const isClosed = way.isEncrypted === (closed === 'encrypted');
          const rcode = isClosed ? 'REFUSED' : 'NOERROR';
          assert.deepEqual([explained.packet.rcode, plain.packet.rcode], [rcode, rcode], way.name);
          assert.equal(explained.extendedError?.code, isClosed ? 18 : undefined, way.name);
          assert.equal(plain.packet.additionals?.length, 0, way.name);
          assert.deepEqual([explained.packet.id, explained.packet.questions?.[0]?.name], [1, name], way.name);
          assert.equal(
            upstream.requests.some(({ query }) =>
              query.includes(`n${index}${String.fromCharCode(closed.length)}${closed}`),
            ),
            !isClosed,
            way.name,
          );
        }
      });
    });
  }
});

describe('block_response = "drop"', () => {
  test('is silence on UDP, TCP and DoT, a stream reset at once on HTTP/2 and a closed connection on HTTP/1.1, also for what had to wait', async () => {
    const extra = '[policy]\nblock_response = "drop"\nrules = ["||ads.example^"]';
    await withGateway(extra, async (gateway) => {
      for (const [index, way] of WAYS.entries()) {
        const client = await way.connect(gateway);
        let heard = '';
        for (const [id, name] of ['ads.example', `${CLOAKED}${index}.example.org`].entries()) {
          const dropped = client.ask(encodeAsk({ name, id })).then(
            () => `an answer to ${name}`,
            (error: Error) => error.message,
          );
          if (way.silence === undefined) void dropped.then((what) => (heard += what));
          else assert.match(await dropped, way.silence, `${way.name}, ${name}`);
        }
        // It takes the same path behind the other two: what they got would have come before.
        const name = `n${index}.example.org`;
        const answered = readReply(await client.ask(encodeAsk({ name, id: 9 })));
        assert.equal(answered.packet.rcode, 'NOERROR', way.name);
        assert.equal(heard, '', way.name);
        client.destroy();
      }
    });
  });
});

function cloakedAnswer(query: Buffer): Buffer {
  const { id, questions } = decode(query);
  const { name } = questions![0]!;
  return encode({
    type: 'response',
    id: id!,
    flags: RECURSION_DESIRED,
    questions: questions!,
    answers: [{ name, type: 'CNAME', ttl: 300, data: 'ads.example' }],
  });
}
