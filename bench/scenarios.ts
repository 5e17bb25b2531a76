// Every scenario, in the order in which `npm run bench` runs them.

import type { Scenario } from './scenario.ts';
import { cache } from './scenarios/cache.ts';
import { dohCached } from './scenarios/doh-cached.ts';
import { dotCached } from './scenarios/dot-cached.ts';
import { growthOfCache, growthOfLists } from './scenarios/growth.ts';
import { idleConnections } from './scenarios/idle-connections.ts';
import { listMemory, listMemory5 } from './scenarios/list-memory.ts';
import { listRebuild, listRebuild5 } from './scenarios/list-rebuild.ts';
import { listStart, listStart5 } from './scenarios/list-start.ts';
import { misses } from './scenarios/misses.ts';
import { tcpCached } from './scenarios/tcp-cached.ts';
import { twoThreads } from './scenarios/two-threads.ts';
import { udpBlocked } from './scenarios/udp-blocked.ts';
import { udpCached } from './scenarios/udp-cached.ts';
import { udpFiltered } from './scenarios/udp-filtered.ts';
import { udpStream } from './scenarios/udp-stream.ts';

export const SCENARIOS: readonly Scenario[] = [
  udpCached,
  udpBlocked,
  udpStream,
  tcpCached,
  dotCached,
  dohCached,
  twoThreads,
  misses,
  idleConnections,
  growthOfLists,
  growthOfCache,
  listStart,
  listMemory,
  listRebuild,
  listStart5,
  listMemory5,
  listRebuild5,
  udpFiltered,
  cache,
];
