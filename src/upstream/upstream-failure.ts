// What can go wrong on the way to an upstream, as codes for the gateway and as words for the operator.

import type { UpstreamFailureCode } from './upstream.ts';

/** What a failed try says about the connection it used. */
export type FailureCause =
  /** The host has no address of this family at all: costs nothing, so it does not count as a try. */
  | 'no-family'
  /** The host knows no way to the address: likewise. */
  | 'no-route'
  /** TCP, TLS, certificate or ALPN: the address cannot be used now. */
  | 'connect'
  /** The connection ended under the request: it may be repeated on another one. */
  | 'broken'
  /** No reply in time. */
  | 'silent'
  /** A reply that does not count. */
  | 'reply'
  /** Never sent. */
  | 'not-sent';

export interface UpstreamFailure {
  readonly ok: false;
  readonly code: UpstreamFailureCode;
  readonly detail: string;
  readonly cause: FailureCause;
}

export function failure(code: UpstreamFailureCode, cause: FailureCause, detail: string): UpstreamFailure {
  return { ok: false, code, detail, cause };
}

/**
 * From what says least: a host without IPv6 fails at every such address, and that is seldom why nothing works; and why a new
 * connection failed says more than that the old one broke.
 */
const TELLING: readonly (UpstreamFailureCode | FailureCause)[] = [
  'overloaded',
  'no-family',
  'no-route',
  'broken',
  'unreachable',
  'timeout',
  'bad-reply',
  'protocol',
  'certificate',
];

/** Several failures, one report: the one that tells the operator most, the first of equals. */
export function moreTelling(first: UpstreamFailure | undefined, second: UpstreamFailure): UpstreamFailure {
  return first === undefined || tellingRank(second) > tellingRank(first) ? second : first;
}

/** Likewise of several addresses, in the order of the settings. */
export function mostTelling(failures: readonly (UpstreamFailure | undefined)[]): UpstreamFailure | undefined {
  let most: UpstreamFailure | undefined;
  for (const one of failures) if (one !== undefined) most = moreTelling(most, one);
  return most;
}

function tellingRank({ code, cause }: UpstreamFailure): number {
  const rankOfCause = TELLING.indexOf(cause);
  return rankOfCause >= 0 ? rankOfCause : TELLING.indexOf(code);
}

/** Nothing was sent: there is no way from this host to such an address. */
export function hasNoWay(cause: FailureCause): boolean {
  return cause === 'no-family' || cause === 'no-route';
}

/** The system's error codes that mean: this host cannot send to such an address at all. */
const NO_WAY: Readonly<Record<string, FailureCause>> = {
  EADDRNOTAVAIL: 'no-family',
  EAFNOSUPPORT: 'no-family',
  ENETUNREACH: 'no-route',
  ENETDOWN: 'no-route',
};

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENETDOWN: 'network down',
  EADDRNOTAVAIL: 'no local address of this family',
  EAFNOSUPPORT: 'address family not supported by this host',
  ETIMEDOUT: 'no answer to the connection attempt',
  EACCES: 'sending is forbidden by a local firewall',
  EPERM: 'sending is forbidden by a local firewall',
};

/** An error code of the system in words; what has none stays as it is. */
export function systemErrorText(code: string): string {
  return SYSTEM_ERRORS[code] ?? code;
}

const CERTIFICATE_HINTS: Readonly<Record<string, string>> = {
  CERT_NOT_YET_VALID: 'certificate not valid yet (is the clock of this machine right?)',
  CERT_HAS_EXPIRED: 'certificate has expired (is the clock of this machine right?)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate is issued by a CA that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate is issued by a CA that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate is issued by a CA that is not trusted here',
};

/** OpenSSL's verification results begin like this; everything else of TLS comes as ERR_SSL_*. */
const CERTIFICATE_CODE =
  /^(CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERROR_IN_CERT_|HOSTNAME_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|ERR_TLS_CERT_)/;

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Sorts an error of connecting (TCP, TLS, certificate, ALPN) into a failure. `where`: the server and its address. */
export function connectFailure(error: Error, where: string): UpstreamFailure {
  const code = codeOf(error);
  const noWay = NO_WAY[code];
  if (noWay !== undefined) return failure('unreachable', noWay, `${where}: ${SYSTEM_ERRORS[code]}`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return failure('certificate', 'connect', `${where}: certificate is for another name`);
  }
  if (CERTIFICATE_CODE.test(code)) {
    const hint = CERTIFICATE_HINTS[code] ?? `certificate not accepted (${code})`;
    return failure('certificate', 'connect', `${where}: ${hint}`);
  }
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
    return failure('protocol', 'connect', `${where}: the server does not offer HTTP/2`);
  }
  if (code.startsWith('ERR_SSL_')) return failure('protocol', 'connect', `${where}: TLS failed (${code})`);
  return failure('unreachable', 'connect', `${where}: ${SYSTEM_ERRORS[code] ?? (code || error.message)}`);
}

/** An error that ended a request after the connection stood. */
export function brokenFailure(error: Error, where: string): UpstreamFailure {
  const code = codeOf(error);
  return failure('unreachable', 'broken', `${where}: connection broken (${SYSTEM_ERRORS[code] ?? (code || 'closed')})`);
}
