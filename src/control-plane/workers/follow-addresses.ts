// Keeps UDP wildcards served as the machine's addresses come and go: opens and closes sockets in the running threads.

import { AddressWatch } from '../../sockets/address-watch.ts';
import type { ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import type { Logger } from '../observability/log.ts';
import { explainUnservedAddress } from './explain-bind-failure.ts';
import type { ThreadPool } from './thread-pool.ts';

/** Undefined where no wildcard is configured. */
export function followAddresses(set: ListeningSocketSet, pool: ThreadPool, log: Logger): AddressWatch | undefined {
  if (set.wildcards.length === 0) return undefined;
  return new AddressWatch(set, {
    opened: (sockets) => {
      for (const [index, ofThread] of sockets.entries()) void pool.addSockets(index + 1, ofThread);
    },
    gone: (ids) => {
      void pool.publish({ kind: 'close-sockets', ids }).then(() => set.close(ids));
    },
    failed: (failure) => log.warn(explainUnservedAddress(failure)),
  });
}
