// Clients of a gateway, a process in a namespace: they ask over every transport and judge every answer. Run by `startRemote`.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import {
  dotClient,
  type Endpoint,
  http1Client,
  http2Client,
  type TestClient,
  tcpClient,
  udpClient,
} from '../fixtures/listener-clients.ts';
import { encodeQuestion, judgeAnswer, type KnownQuestion, mixedQuestion } from './known-question.ts';
import { answerCalls } from './remote-functions.ts';

export const TRANSPORTS = ['udp', 'tcp', 'dot', 'doh-post', 'doh-get', 'doh-http1'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface Server extends Endpoint {
  readonly transport: Transport;
}

export interface MixResult {
  /** Right answers by transport. */
  readonly answers: Readonly<Record<string, number>>;
  /** The first of them in words. */
  readonly faults: readonly string[];
}

const FAULTS_TOLD = 10;
const ANSWER_MILLISECONDS = 8_000;
const POLL_MILLISECONDS = 100;
const UNANSWERED_MILLISECONDS = 200;
/** In flight at once on each connection; one for HTTP/1.1, which has a connection for each. */
const LANES = 12;

let caPem = '';

const functions = {
  /** The CA that the gateway's certificate is checked against. */
  trust(pem: string): void {
    caPem = pem;
  },

  /** Asks every server `count` of the mixed questions, all servers at once. */
  async askMix(servers: readonly Server[], count: number): Promise<MixResult> {
    const answers: Record<string, number> = {};
    const faults: string[] = [];
    const work = async (server: Server, turn: number): Promise<void> => {
      const client = await connectTo(server);
      let next = turn * count;
      const lane = async (): Promise<void> => {
        while (next < (turn + 1) * count && faults.length < FAULTS_TOLD) {
          const index = next++;
          const question = mixedQuestion(index);
          const fault = await faultOf(client, server, question, index);
          if (fault === undefined) answers[server.transport] = (answers[server.transport] ?? 0) + 1;
          else faults.push(`${question.name} ${question.type} over ${server.transport} at ${server.address}: ${fault}`);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      client.destroy();
    };
    await Promise.all(servers.map(work));
    return { answers, faults };
  },

  /** Undefined if the answer is right; otherwise what is wrong. */
  async ask(server: Server, question: KnownQuestion): Promise<string | undefined> {
    const client = await connectTo(server);
    try {
      return await faultOf(client, server, question, 0);
    } finally {
      client.destroy();
    }
  },

  /** Asks again and again; resolves with the time until the first right answer, in milliseconds. */
  async askUntilRight(server: Server, question: KnownQuestion, giveUpMilliseconds: number): Promise<number> {
    const begunAt = performance.now();
    const elapsed = (): number => performance.now() - begunAt;
    const client = await connectTo(server);
    let rightAfter: number | undefined;
    let lastFault = 'no answer';
    for (let id = 0; rightAfter === undefined && elapsed() < giveUpMilliseconds; id += 2) {
      void faultOf(client, server, question, id).then((fault) => {
        if (fault === undefined) rightAfter ??= elapsed();
        else lastFault = fault;
      });
      await wait(POLL_MILLISECONDS);
    }
    client.destroy();
    if (rightAfter === undefined) throw new Error(`${question.name} after ${giveUpMilliseconds} ms: ${lastFault}`);
    return rightAfter;
  },

  /** What a program that does not care would send: one datagram, or the first packet of a connection. */
  async sendInTheClear(protocol: 'udp' | 'tcp', address: string, port: number): Promise<void> {
    if (protocol === 'udp') {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      await new Promise<void>((resolve) => socket.send('plain', port, address, () => resolve()));
      socket.close();
      return;
    }
    const socket = connect(port, address);
    const answered = Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    await Promise.race([answered.catch(() => {}), wait(UNANSWERED_MILLISECONDS)]);
    socket.destroy();
  },
};

export type DnsClients = typeof functions;

function connectTo(server: Server): Promise<TestClient> {
  const trust = { ca: caPem, servername: 'localhost' };
  switch (server.transport) {
    case 'udp':
      return udpClient(server);
    case 'tcp':
      return tcpClient(server);
    case 'dot':
      return dotClient(server, trust);
    case 'doh-post':
      return http2Client(server, trust, 'POST');
    case 'doh-get':
      return http2Client(server, trust, 'GET');
    case 'doh-http1':
      return http1Client(server, trust);
  }
}

async function faultOf(
  client: TestClient,
  { transport }: Server,
  question: KnownQuestion,
  index: number,
): Promise<string | undefined> {
  const id = index & 0xffff;
  const timer = new AbortController();
  try {
    const answer = await Promise.race([
      client.ask(encodeQuestion(id, question)),
      wait(ANSWER_MILLISECONDS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`no answer within ${ANSWER_MILLISECONDS} ms`);
      }),
    ]);
    judgeAnswer(question, id, answer, transport === 'udp');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    timer.abort();
  }
}

answerCalls(functions);
