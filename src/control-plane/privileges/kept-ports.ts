// Ports that only root may bind cannot be opened again once its rights are gone: without inherited descriptors the first
// thread that dies would lose them. So that is refused at start.

import { readFileSync } from 'node:fs';
import { OperatorError } from '../../errors.ts';
import { whyLibcIsMissing } from '../../sockets/libc.ts';
import type { ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import type { User } from './look-up-user.ts';

const SYSCTL = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
const DEFAULT_FIRST_UNPRIVILEGED_PORT = 1024;

/** Throws OperatorError PRIVILEGES_NEED_KOFFI. */
export function refuseLosingPorts(user: User, sockets: Pick<ListeningSocketSet, 'forThread' | 'forMain'>): void {
  const first = firstUnprivilegedPort();
  const ours = [...sockets.forThread(1), ...sockets.forMain];
  const lost = ours.filter(({ port, descriptor }) => descriptor === undefined && port < first);
  if (lost.length === 0) return;
  const ports = [...new Set(lost.map(({ port }) => port))].sort((one, other) => one - other).join(', ');
  throw new OperatorError(
    'PRIVILEGES_NEED_KOFFI',
    `server.user: ${user.label} could not open ports below ${first} again (${ports}) when a query thread is restarted; ` +
      `that needs the optional package koffi (${whyLibcIsMissing()}): install it, or choose ports from ${first} on, or leave server.user out`,
  );
}

function firstUnprivilegedPort(): number {
  try {
    return Number(readFileSync(SYSCTL, 'utf8'));
  } catch {
    return DEFAULT_FIRST_UNPRIVILEGED_PORT;
  }
}
