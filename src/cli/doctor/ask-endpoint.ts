// A question to the gateway at one of its ports, as a client asks it. Its certificate is another examination's business: here any
// will do, as long as it has not ended.

import { createSecureContext, type SecureContext } from 'node:tls';
import { namesOfCertificate } from '../../control-plane/certificates/certificate-names.ts';
import { ask } from '../query/ask/ask.ts';
import { AskFailure } from '../query/ask/ask-failure.ts';
import type { Question } from '../query/question.ts';
import type { Server, Transport } from '../query/server.ts';
import type { Endpoint, EndpointKind } from './endpoints.ts';
import { shakeHands } from './handshake.ts';
import { NOBODY } from './trust-store.ts';

export type EndpointAnswer =
  | { readonly kind: 'answer'; readonly message: Uint8Array; readonly milliseconds: number }
  /** Nobody there, or not the transport. */
  | { readonly kind: 'silence'; readonly reason: string }
  /** TLS works, but its certificate is out of its dates: no client would ask. */
  | { readonly kind: 'not-asked'; readonly reason: string };

const TIMEOUT_MILLISECONDS = 5_000;
const TRANSPORTS: Readonly<Record<EndpointKind, Transport>> = { udp: 'udp', tcp: 'tcp', dot: 'tls', doh: 'https' };

interface Disguise {
  readonly host: string;
  readonly hostIsName: boolean;
  readonly trust: SecureContext;
}

/** Never rejects for what the gateway does. */
export async function askEndpoint(endpoint: Endpoint, question: Question): Promise<EndpointAnswer> {
  const { kind, address, port } = endpoint;
  let disguise: Disguise | undefined;
  if (kind === 'dot' || kind === 'doh') {
    const found = await findDisguise(endpoint);
    if ('kind' in found) return found;
    disguise = found;
  }
  const server: Server = {
    transport: TRANSPORTS[kind],
    host: disguise?.host ?? address,
    hostIsName: disguise?.hostIsName ?? false,
    addresses: [address],
    port,
    path: kind === 'doh' ? '/dns-query' : '',
  };
  try {
    const trust = (): SecureContext => disguise!.trust;
    const reply = await ask(server, question, { trust, timeoutMilliseconds: TIMEOUT_MILLISECONDS });
    return { kind: 'answer', message: reply.message, milliseconds: reply.milliseconds };
  } catch (error) {
    if (!(error instanceof AskFailure)) throw error;
    // Its server as a URL: the finding says where in its own words.
    return { kind: 'silence', reason: error.message.replace(/^\w+:\/\/\S+?(?: \([^)]*\))?: /, '') };
  }
}

/** Trusts just the certificate that the port shows, and calls the server by one of its names. */
async function findDisguise({ kind, address, port }: Endpoint): Promise<Disguise | EndpointAnswer> {
  const alpn = kind === 'dot' ? 'dot' : 'h2';
  const greeting = await shakeHands({ address, port }, { serverName: undefined, alpn, trust: NOBODY });
  if (!greeting.done) return { kind: 'silence', reason: silenceText(greeting.code) };
  const leaf = greeting.chain[0]!;
  const now = Date.now();
  if (leaf.validFromDate.getTime() > now || leaf.validToDate.getTime() < now)
    return { kind: 'not-asked', reason: 'its certificate is out of its dates' };
  const names = [...namesOfCertificate(leaf)];
  const name = names.find((it) => /[a-z]/i.test(it) && !it.includes(':'));
  const host = name?.replace(/^\*/, 'x') ?? names[0];
  if (host === undefined) return { kind: 'not-asked', reason: 'its certificate has no name' };
  const pinned = { ca: leaf.toString(), allowPartialTrustChain: true };
  return { host, hostIsName: name !== undefined, trust: createSecureContext(pinned) };
}

/** Of connecting and of TLS. */
export function silenceText(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (connection refused)';
    case 'ETIMEDOUT':
      return 'no answer in time';
    case 'ECONNRESET':
      return 'the connection was ended during the TLS handshake';
    case 'EADDRNOTAVAIL':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'this machine cannot reach the address';
    case 'CERT_HAS_EXPIRED':
      return `its certificate has ended (${code})`;
    case 'CERT_NOT_YET_VALID':
      return `its certificate is not valid yet (${code})`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `its certificate is for another name (${code})`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `its certificate comes from nobody whom this machine trusts (${code})`;
    default:
      return code.startsWith('ERR_SSL_') ? `what listens there speaks no TLS, or refuses ours (${code})` : code;
  }
}
