// The upstream of a conformance test: a DoH server that answers each question as the test has told it, and remembers every one.

import * as dnsPacket from 'dns-packet';
import { compressMessage } from '../fixtures/compress-message.ts';
import { testQueryName } from '../fixtures/dns-messages.ts';
import type { TestCertificate } from '../fixtures/make-certificate.ts';
import { type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../peers/scripted-doh-server.ts';
import { soa } from '../scenarios/conversation.ts';

/** What an answer consists of; its question is the one that was asked. */
export interface AnswerParts {
  readonly answers?: readonly dnsPacket.Answer[];
  readonly authorities?: readonly dnsPacket.Answer[];
  readonly additionals?: readonly dnsPacket.Answer[];
  /** RCODE as a number, the lower 4 bits. Default: NOERROR. */
  readonly rcode?: number;
  /** In addition to RD and RA, e.g. `dnsPacket.AUTHENTIC_DATA`. */
  readonly flags?: number;
}

/** Octets (the ID of the query is put in), parts, or whatever the test does with the request. */
export type ScriptedAnswer = Uint8Array | AnswerParts | ((request: ScriptedRequest) => void);

export class ScriptedAnswers {
  readonly server: ScriptedServer;
  readonly #script = new Map<string, ScriptedAnswer>();

  constructor(server: ScriptedServer) {
    this.server = server;
    server.respond = (request) => this.#respond(request);
  }

  /**
   * From now on the answer to this question; `type` is its mnemonic or `TYPE65280`, `ANY_TYPE` for the rest. Unscripted: A is
   * 192.0.2.1, AAAA is 2001:db8::1, any other type NODATA with an SOA.
   */
  answer(name: string, type: string, answer: ScriptedAnswer): void {
    this.#script.set(keyOf(name, type), answer);
  }

  /** Every query for the name that arrived, as octets, in whatever case it was asked. */
  queriesFor(name: string): Buffer[] {
    const wanted = name.toLowerCase();
    return this.queries.filter((query) => testQueryName(query).toLowerCase() === wanted);
  }

  /** Every query but the gateway's own probes: they ask for the root, and when is its affair. */
  get queriesForClients(): Buffer[] {
    return this.queries.filter((query) => testQueryName(query) !== '');
  }

  get queries(): Buffer[] {
    return this.server.requests.map(({ query }) => query);
  }

  #respond(request: ScriptedRequest): void {
    const name = testQueryName(request.query);
    const answer =
      this.#script.get(keyOf(name, typeOf(request.query))) ??
      this.#script.get(keyOf(name, ANY_TYPE)) ??
      usualAnswer(request.query);
    if (typeof answer === 'function') answer(request);
    else
      request.answer(
        answer instanceof Uint8Array ? withIdOf(request.query, answer) : buildAnswer(request.query, answer),
      );
  }
}

export const ANY_TYPE = '*';

export async function startScriptedAnswers(certificate: TestCertificate): Promise<ScriptedAnswers> {
  const { certPem, keyPem } = certificate;
  return new ScriptedAnswers(await startScriptedServer({ certPem, keyPem }));
}

/** The octets of an answer to `query`, with the query's own question section, its names compressed. */
export function buildAnswer(query: Uint8Array, parts: AnswerParts): Buffer {
  const questionEnd = endOfQuestion(query);
  const empty = { questions: [] as dnsPacket.Question[] };
  const body = dnsPacket.encode({
    ...empty,
    type: 'response',
    id: 0,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | (parts.flags ?? 0) | (parts.rcode ?? 0),
    answers: [...(parts.answers ?? [])],
    authorities: [...(parts.authorities ?? [])],
    additionals: [...(parts.additionals ?? [])],
  });
  const message = Buffer.concat([body.subarray(0, 12), query.subarray(12, questionEnd), body.subarray(12)]);
  message.writeUInt16BE(1, 4);
  return withIdOf(query, compressMessage(message));
}

function usualAnswer(query: Uint8Array): AnswerParts {
  const name = testQueryName(query);
  const type = typeOf(query);
  if (type === 'A') return { answers: [{ type, name, ttl: 300, data: '192.0.2.1' }] };
  if (type === 'AAAA') return { answers: [{ type, name, ttl: 300, data: '2001:db8::1' }] };
  return { authorities: [soa('example.org', 300, 300)] };
}

/** Mnemonic of the question's type, or `TYPE65280`. */
function typeOf(query: Uint8Array): string {
  const number = Buffer.from(query).readUInt16BE(endOfQuestion(query) - 4);
  return MNEMONICS.get(number) ?? `TYPE${number}`;
}

const MNEMONICS = new Map<number, string>([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [43, 'DS'],
  [46, 'RRSIG'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [255, 'ANY'],
  [261, 'RESINFO'],
]);

function endOfQuestion(message: Uint8Array): number {
  let end = 12;
  while (message[end] !== 0) end += message[end]! + 1;
  return end + 5;
}

function withIdOf(query: Uint8Array, message: Uint8Array): Buffer {
  return Buffer.concat([query.subarray(0, 2), message.subarray(2)]);
}

function keyOf(name: string, type: string): string {
  return `${name.toLowerCase()} ${type}`;
}
