// A question as rules see it: what is asked, by whom, and what holds for that client.

import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import type { Asker } from '../../policy/asker.ts';
import type { GroupPolicy } from '../../policy/group-policy.ts';

export interface RuledQuestion {
  /** Lower-case wire name, as last given to `hasher`. */
  readonly name: Uint8Array;
  readonly hasher: NameHasher;
  readonly type: number;
  /** What the client asked for, and is answered: under DNS64 the question may be for IPv4 addresses that stand in. */
  readonly clientType: number;
  readonly asker: Asker;
  readonly group: GroupPolicy;
}
