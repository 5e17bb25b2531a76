// The lookup given to every datagram socket: addresses only, so that no name can ever reach the system's resolver. Node's
// default would also cost a process.nextTick for each datagram sent.

import { isIP } from 'node:net';

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** As `dgram` calls it: synchronously answered. */
export function resolveLiteral(address: string, _options: unknown, callback: LookupCallback): void {
  const family = isIP(address);
  if (family === 0) callback(Object.assign(new Error(`not an address: ${address}`), { code: 'ENOTFOUND' }), '', 0);
  else callback(null, address, family);
}
