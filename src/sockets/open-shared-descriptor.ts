// One bound SO_REUSEPORT socket, opened through libc so that it belongs to no event loop: any thread can adopt a duplicate.

import {
  ADDRESS_FAMILY,
  errorCode,
  IPV4_OPTION,
  IPV6_OPTION,
  LEVEL,
  type Libc,
  MTU_DISCOVER_PROBE,
  SOCKET_OPTION,
  SOCKET_TYPE,
} from './libc.ts';
import type { Protocol } from './probe-address.ts';
import { socketAddress } from './socket-address.ts';

/** Connections that wait to be accepted; the system lowers it to net.core.somaxconn. */
export const STREAM_BACKLOG = 1024;
/** Room for a burst while a thread is busy or being restarted. */
export const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** Room for the answers to several batches while the network card is busy: whatever does not fit is lost. */
export const SEND_BUFFER_BYTES = 1024 * 1024;

export type OpenResult =
  | { readonly ok: true; readonly descriptor: number }
  | { readonly ok: false; readonly code: string };

/** TCP sockets already listen when this returns. */
export function openSharedDescriptor(libc: Libc, protocol: Protocol, address: string, port: number): OpenResult {
  const target = socketAddress(address, port, libc.interfaceIndex);
  if (target === undefined) return { ok: false, code: 'EADDRNOTAVAIL' };
  const descriptor = libc.socket(target.family, protocol === 'udp' ? SOCKET_TYPE.DATAGRAM : SOCKET_TYPE.STREAM);
  if (descriptor < 0) return { ok: false, code: errorCode(descriptor) };

  let result = libc.setSocketOption(descriptor, LEVEL.SOCKET, SOCKET_OPTION.REUSE_PORT, 1);
  if (result >= 0 && target.family === ADDRESS_FAMILY.IPV6) {
    result = libc.setSocketOption(descriptor, LEVEL.IPV6, IPV6_OPTION.ONLY_IPV6, 1);
  }
  if (protocol === 'udp') {
    widenBuffers(libc, descriptor);
    keepWhole(libc, descriptor, target.family);
  } else if (result >= 0) {
    // TCP alone: connections of an earlier run in TIME_WAIT must not count. On UDP it would let others share the port.
    result = libc.setSocketOption(descriptor, LEVEL.SOCKET, SOCKET_OPTION.REUSE_ADDRESS, 1);
  }
  if (result >= 0) result = libc.bind(descriptor, target.bytes, target.length);
  if (result >= 0 && protocol === 'tcp') result = libc.listen(descriptor, STREAM_BACKLOG);
  if (result >= 0) return { ok: true, descriptor };
  libc.close(descriptor);
  return { ok: false, code: errorCode(result) };
}

/**
 * No datagram of ours is fragmented (RFC 9715 section 3.1), and nobody can have it so with a forged ICMP message, to slip fragments
 * of his own in. They are small enough for every path of IPv6; on an interface of IPv4 alone with an MTU below 1,260 the largest ones
 * are lost. It also spares the system the search for a fragment identifier.
 */
function keepWhole(libc: Libc, descriptor: number, family: number): void {
  if (family === ADDRESS_FAMILY.IPV4)
    libc.setSocketOption(descriptor, LEVEL.IPV4, IPV4_OPTION.MTU_DISCOVER, MTU_DISCOVER_PROBE);
  else libc.setSocketOption(descriptor, LEVEL.IPV6, IPV6_OPTION.MTU_DISCOVER, MTU_DISCOVER_PROBE);
}

/** Best effort: beyond net.core.rmem_max and wmem_max only with CAP_NET_ADMIN, which root still has when the sockets are opened. */
function widenBuffers(libc: Libc, descriptor: number): void {
  const { RECEIVE_BUFFER, RECEIVE_BUFFER_FORCE, SEND_BUFFER, SEND_BUFFER_FORCE } = SOCKET_OPTION;
  for (const [forced, plain, bytes] of [
    [RECEIVE_BUFFER_FORCE, RECEIVE_BUFFER, RECEIVE_BUFFER_BYTES],
    [SEND_BUFFER_FORCE, SEND_BUFFER, SEND_BUFFER_BYTES],
  ] as const) {
    if (libc.setSocketOption(descriptor, LEVEL.SOCKET, forced, bytes) >= 0) continue;
    libc.setSocketOption(descriptor, LEVEL.SOCKET, plain, bytes);
  }
}
