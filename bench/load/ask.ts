// Asks a server one question the slow way: to see that it is up, and that what it answers is right.

import { createSecureContext } from 'node:tls';
import { askOverHttps } from '../../src/cli/query/ask/ask-over-https.ts';
import { askOverTcp, askOverTls } from '../../src/cli/query/ask/ask-over-stream.ts';
import { askOverUdp } from '../../src/cli/query/ask/ask-over-udp.ts';
import { FLAG_RD, HEADER_BYTES } from '../../src/wire/header.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { CLASS, TYPE } from '../../src/wire/numbers.ts';
import { type Protocol, portFor, type RunningServer, SERVER_ADDRESS, SERVER_HOST_NAME } from '../servers/server.ts';

const TIMEOUT_MILLISECONDS = 5_000;
const SOON_MILLISECONDS = 100;

/** Undefined if nothing came back soon. */
export async function askForRcode(address: string, port: number, name: string): Promise<number | undefined> {
  try {
    const to = { address, port, where: `${address}:${port}`, timeoutMilliseconds: SOON_MILLISECONDS };
    return rcodeOf(await askOverUdp(addressQuery(name), to));
  } catch {
    return undefined;
  }
}

/**
 * Over the protocol that is measured, with the certificate verified, and in the form in which load asks: a cache may keep
 * another answer for a question with EDNS. Rejects with AskFailure.
 */
export function askServer(server: RunningServer, protocol: Protocol, name: string, caPem: string): Promise<Uint8Array> {
  const query = addressQuery(name);
  const port = portFor(server, protocol);
  const where = `${protocol}://${SERVER_ADDRESS}:${port}`;
  const to = { address: SERVER_ADDRESS, port, where, timeoutMilliseconds: TIMEOUT_MILLISECONDS };
  if (protocol === 'udp') return askOverUdp(query, to);
  if (protocol === 'tcp') return askOverTcp(query, to);
  const secureContext = createSecureContext({ ca: caPem });
  const verified = { ...to, host: SERVER_HOST_NAME, hostIsName: true, secureContext };
  return protocol === 'dot' ? askOverTls(query, verified) : askOverHttps(query, verified, '/dns-query');
}

export function rcodeOf(message: Uint8Array): number {
  return message[3]! & 15;
}

/** A question for the address, without EDNS: what dnsperf sends too. The ID is 0. */
export function addressQuery(name: string): Uint8Array {
  const wire = nameFromText(name);
  if (wire === undefined) throw new Error(`not a name: ${name}`);
  const query = Buffer.alloc(HEADER_BYTES + wire.length + 4);
  query.writeUInt16BE(FLAG_RD, 2);
  query.writeUInt16BE(1, 4);
  query.set(wire, HEADER_BYTES);
  query.writeUInt16BE(TYPE.A, HEADER_BYTES + wire.length);
  query.writeUInt16BE(CLASS.IN, HEADER_BYTES + wire.length + 2);
  return query;
}
