// UDP, every answer from cache: what most queries of most days are.

import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { againstBest } from '../measure/compare.ts';
import type { Scenario } from '../scenario.ts';
import { type CachedNames, measureCached } from './cached-answers.ts';
import type { Variant } from './variants.ts';

export const udpCached: Scenario = {
  name: 'udp-cached',
  title: 'UDP, answers from cache',
  minutes: 7,
  run: (setting) =>
    measureCached(
      'udp',
      (cached) => [
        ...(setting.isQuick ? [] : [variant('without EDNS', false, cached)]),
        variant('with EDNS', true, cached),
      ],
      setting,
    ),
};

function variant(title: string, edns: boolean, { file }: CachedNames): Variant {
  return {
    title,
    load: (server, seconds) =>
      checkedDnsperf(server, ['NOERROR'], { ...UDP_LOAD, queryFile: file, until: { seconds }, edns }),
    targets: (table) => [
      againstBest({ table, against: 'peer', atMost: 0.95 }),
      againstBest({ table, against: 'floor', atMost: 1.4, isAim: true }),
    ],
  };
}
