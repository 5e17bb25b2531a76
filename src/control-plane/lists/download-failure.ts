// Errors of the HTTP client, of TLS and of sockets as reasons an operator can act on. Without numbers that change from one try
// to the next, so that the same cause is told once.

import type { DownloadLimits } from './download.ts';
import { ListFailure } from './list-failure.ts';

const REASONS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection could be made in time',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the transfer ended early',
  UND_ERR_HEADERS_OVERFLOW: 'the answer is no sound HTTP',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no connection could be made in time',
  ENETUNREACH: 'the network is unreachable',
  EHOSTUNREACH: 'the host is unreachable',
  ENETDOWN: 'the network is down',
  EADDRNOTAVAIL: 'the network is unreachable',
  ENOTFOUND: 'its host name does not exist',
  EAI_AGAIN: 'its host name could not be resolved',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server comes from an unknown issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of the server comes from an unknown issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate of the server comes from an unknown issuer',
};

export function downloadFailure(error: unknown, limits: DownloadLimits): ListFailure {
  if (error instanceof ListFailure) return error;
  const code = errorCode(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    const seconds = Math.round(limits.idleMilliseconds / 1000);
    return new ListFailure('network', `nothing was received for ${seconds} s`, { cause: error });
  }
  if (code?.startsWith('HPE_')) return new ListFailure('answer', 'the answer is no sound HTTP', { cause: error });
  const known = code === undefined ? undefined : REASONS[code];
  const text = error instanceof Error && error.message !== '' ? error.message : String(code ?? error);
  return new ListFailure('network', known === undefined ? text : `${known} (${code})`, { cause: error });
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}
