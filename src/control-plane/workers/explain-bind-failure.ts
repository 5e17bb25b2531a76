// Why an address cannot be listened on, in words an operator can act on. Main thread, at start and when addresses change.

import { type ErrorCode, OperatorError } from '../../errors.ts';
import type { ListenerKind } from '../../sockets/listening-socket.ts';
import { type BindFailure, protocolOf } from '../../sockets/listening-socket-set.ts';
import { localAddresses } from '../../sockets/local-addresses.ts';

const SETTING: Readonly<Record<ListenerKind, string>> = {
  udp: 'listen.dns',
  tcp: 'listen.dns',
  dot: 'listen.dot',
  doh: 'listen.doh',
  'acme-http': 'listen.acme_http',
  http: 'listen.http',
};

/** Whether the machine merely lacks the address (or its family): what an address of the built-in defaults is forgiven. */
export function isMissingAddress(failure: BindFailure): boolean {
  return failure.code === 'EADDRNOTAVAIL' || failure.code === 'EAFNOSUPPORT';
}

/** One error for all failures, a line each; its code is that of the first. `failures` must not be empty. */
export function explainBindFailures(failures: readonly BindFailure[]): OperatorError {
  const lines = new Set(failures.map((failure) => explain(failure, alikeTo(failure, failures))));
  return new OperatorError(errorCodeOf(failures[0]!), [...lines].join('\n'));
}

/** For the warning about an address that came up while the gateway runs and is not served. */
export function explainUnservedAddress({ address, port, code }: BindFailure): string {
  const reason =
    code === 'EACCES'
      ? 'root privileges are given up; a restart serves it, and so does starting as this user with CAP_NET_BIND_SERVICE'
      : code === 'EADDRINUSE'
        ? `another program uses it; find it with: ${finder(['udp'], port)}`
        : `the system says ${code}`;
  return `the new address ${address} is not served on UDP port ${port}: ${reason}`;
}

/** `alike`: the failures, this one among them, that its line stands for. */
function explain(failure: BindFailure, alike: readonly BindFailure[]): string {
  const { request, address, port, code, clash } = failure;
  const setting = SETTING[request.kind];
  const protocols = [...new Set(alike.map((one) => protocolOf(one.request.kind)))];
  const protocolText = protocols.map((protocol) => protocol.toUpperCase()).join(' and ');
  const portText = `${protocolText} port ${port}`;
  const target = `${portText} on ${address}${address === request.address ? '' : ` (from ${request.address})`}`;
  if (clash !== undefined) {
    return `${setting} and ${SETTING[clash.kind]} both want ${target}; give one of them another port`;
  }
  switch (code) {
    case 'EADDRINUSE':
      return `${setting}: ${target} is used by another program; find it with: ${finder(protocols, port)}`;
    case 'EACCES':
      return `${setting}: no right to use ${portText} on ${configuredAddresses(alike)}; ${howToGetTheRight(port)}`;
    case 'EADDRNOTAVAIL':
      return `${setting}: this machine has no address ${address}; it has ${localAddresses().join(', ')}`;
    case 'EAFNOSUPPORT':
      return `${setting}: ${target}: ${address.includes(':') ? 'IPv6' : 'IPv4'} is switched off on this machine`;
    case 'EINVAL':
      if (/^fe[89ab]/i.test(address) && !address.includes('%')) {
        return `${setting}: the link-local address ${address} needs its interface, like ${address}%eth0`;
      }
  }
  return `${setting}: ${target} cannot be opened: the system says ${code}`;
}

/**
 * Plain DNS opens UDP and TCP: where both fail alike, one line says it. The right to a port is the same for every address, so
 * there one line does for all of them.
 */
function alikeTo(failure: BindFailure, failures: readonly BindFailure[]): readonly BindFailure[] {
  return failures.filter(
    (other) =>
      (other.address === failure.address || failure.code === 'EACCES') &&
      other.port === failure.port &&
      other.code === failure.code &&
      other.clash === failure.clash &&
      SETTING[other.request.kind] === SETTING[failure.request.kind],
  );
}

function configuredAddresses(failures: readonly BindFailure[]): string {
  return [...new Set(failures.map(({ request }) => request.address))].join(', ');
}

function finder(protocols: readonly ('udp' | 'tcp')[], port: number): string {
  if (process.platform !== 'linux') return `lsof -nP -i :${port}`;
  const letters = protocols.map((protocol) => protocol[0]).join('');
  return `ss -l${letters}np 'sport = :${port}'`;
}

function howToGetTheRight(port: number): string {
  if (port >= 1024) return 'a security policy of the system forbids it';
  return (
    'choose a port above 1023, or start as root with server.user set, ' +
    `or allow it with: setcap cap_net_bind_service=+ep ${process.execPath}`
  );
}

function errorCodeOf({ code }: BindFailure): ErrorCode {
  if (code === 'EADDRINUSE') return 'ADDRESS_IN_USE';
  return code === 'EACCES' ? 'ADDRESS_NOT_PERMITTED' : 'ADDRESS_UNAVAILABLE';
}
