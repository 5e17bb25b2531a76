// Asks one question of one server and returns what came back: the next address where nobody is, TCP where a datagram was too small.

import { randomInt } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { FLAG_TC, readFlags, writeId } from '../../../wire/header.ts';
import { CLASS } from '../../../wire/numbers.ts';
import { buildQuery } from '../../../wire/query-builder.ts';
import type { Question } from '../question.ts';
import { describeServer, type Server, type Transport } from '../server.ts';
import { AskFailure } from './ask-failure.ts';
import { askOverHttps } from './ask-over-https.ts';
import { askOverTcp, askOverTls } from './ask-over-stream.ts';
import { askOverUdp } from './ask-over-udp.ts';
import type { Destination } from './destination.ts';

const IDS = 0x1_0000;

export interface AskOptions {
  /** Called for transports with TLS only. */
  readonly trust: () => SecureContext;
  /** For each transport and address. */
  readonly timeoutMilliseconds: number;
}

export interface Reply {
  readonly message: Uint8Array;
  /** The server that answered as a URL, with its address. */
  readonly from: string;
  /** From the first octet sent, handshakes included. */
  readonly milliseconds: number;
}

/** Rejects with AskFailure, or with what `trust` throws. */
export async function ask(server: Server, question: Question, options: AskOptions): Promise<Reply> {
  const query = buildQuery({
    name: question.name,
    nameLength: question.name.length,
    type: question.type,
    class: CLASS.IN,
    dnssecOk: false,
    checkingDisabled: false,
  });
  // Over HTTPS the ID stays 0, so that equal questions are equal requests (RFC 8484 section 4.1).
  if (server.transport !== 'https') writeId(query, randomInt(IDS));
  const secureContext = hasTls(server.transport) ? options.trust() : undefined;
  let firstFailure: AskFailure | undefined;
  for (const address of server.addresses) {
    try {
      return await askAt(address, server, query, secureContext, options.timeoutMilliseconds);
    } catch (error) {
      if (!(error instanceof AskFailure) || !error.nobodyThere) throw error;
      firstFailure ??= error;
    }
  }
  throw firstFailure ?? new AskFailure('the server has no address');
}

async function askAt(
  address: string,
  server: Server,
  query: Uint8Array,
  secureContext: SecureContext | undefined,
  timeoutMilliseconds: number,
): Promise<Reply> {
  const begun = performance.now();
  let from = describeServer(server, address);
  const to: Destination = { address, port: server.port, where: from, timeoutMilliseconds };
  let message: Uint8Array;
  if (secureContext !== undefined) {
    const { host, hostIsName } = server;
    const verified = { ...to, host, hostIsName, secureContext };
    message = await (server.transport === 'tls'
      ? askOverTls(query, verified)
      : askOverHttps(query, verified, server.path));
  } else {
    message = await (server.transport === 'udp' ? askOverUdp(query, to) : askOverTcp(query, to));
    if (server.transport === 'udp' && (readFlags(message) & FLAG_TC) !== 0) {
      from = describeServer({ ...server, transport: 'tcp' }, address);
      message = await askOverTcp(query, { ...to, where: from });
    }
  }
  return { message, from, milliseconds: performance.now() - begun };
}

function hasTls(transport: Transport): boolean {
  return transport === 'tls' || transport === 'https';
}
