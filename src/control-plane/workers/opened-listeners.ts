// Opens what the settings ask for, or says what stands in the way: an optional address that the machine lacks is skipped
// with a notice, and so is the built-in address of the set-up page where another program has it; anything else is an error with
// all failures in it.

import type { BindFailure, ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import { openListeningSockets } from '../../sockets/open-listening-sockets.ts';
import type { Settings } from '../settings/settings.ts';
import { explainBindFailures, isMissingAddress } from './explain-bind-failure.ts';
import { listenRequests, type WantedListener } from './listen-requests.ts';

/** Rejects with an OperatorError. `onSkipped` gets a sentence for each address that is left out. */
export async function openListeners(
  settings: Pick<Settings, 'listen' | 'server'>,
  onSkipped: (notice: string) => void,
): Promise<ListeningSocketSet> {
  const { set, failures } = await openListeningSockets(listenRequests(settings.listen), settings.server.threads);
  const fatal: BindFailure[] = [];
  const skipped = new Set<string>();
  for (const failure of failures) {
    const { optional } = failure.request as WantedListener;
    const { address, port, code } = failure;
    if (optional && isMissingAddress(failure)) skipped.add(`${address} is not there; going without it`);
    // Nobody asked for it: another gateway on the same machine shows its own.
    else if (optional && failure.request.kind === 'http' && code === 'EADDRINUSE')
      skipped.add(`${address}:${port} is taken; going without the set-up page`);
    else fatal.push(failure);
  }
  for (const notice of skipped) onSkipped(notice);
  if (fatal.length > 0) {
    set.closeAll();
    throw explainBindFailures(fatal);
  }
  return set;
}
