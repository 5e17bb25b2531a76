// Opens what the settings ask for, or says what stands in the way: an optional address that the machine lacks is skipped
// with a notice, anything else is an error with all failures in it.

import type { BindFailure, ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import { openListeningSockets } from '../../sockets/open-listening-sockets.ts';
import type { Settings } from '../settings/settings.ts';
import { explainBindFailures, isMissingAddress } from './explain-bind-failure.ts';
import { listenRequests, type WantedListener } from './listen-requests.ts';

/** Rejects with an OperatorError. `onSkipped` gets the text of an address that is left out. */
export async function openListeners(
  settings: Pick<Settings, 'listen' | 'server'>,
  onSkipped: (address: string) => void,
): Promise<ListeningSocketSet> {
  const { set, failures } = await openListeningSockets(listenRequests(settings.listen), settings.server.threads);
  const fatal: BindFailure[] = [];
  const skipped = new Set<string>();
  for (const failure of failures) {
    const { optional } = failure.request as WantedListener;
    if (optional && isMissingAddress(failure)) skipped.add(failure.address);
    else fatal.push(failure);
  }
  for (const address of skipped) onSkipped(address);
  if (fatal.length > 0) {
    set.closeAll();
    throw explainBindFailures(fatal);
  }
  return set;
}
