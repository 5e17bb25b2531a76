// One examination: a question about the set-up that can be answered by itself.

import type { Circumstances } from './circumstances.ts';
import type { Finding } from './finding.ts';

export interface Examination {
  /** One word, at the start of each of its lines. */
  readonly name: string;
  /** What is being looked at, for the line of progress. */
  readonly subject: string;
  /** Nobody can find it out from here: that it is unknown says nothing about this machine. */
  readonly isBeyondSight?: true;
  /** Rejects only for a fault of our own. */
  examine(circumstances: Circumstances): Promise<readonly Finding[]>;
}
