// DoT, every answer from cache, over a few connections that stay.

import { checkedDnsperf, STREAM_LOAD } from '../load/checked-load.ts';
import { againstBest } from '../measure/compare.ts';
import type { Scenario } from '../scenario.ts';
import { measureCached } from './cached-answers.ts';

export const dotCached: Scenario = {
  name: 'dot-cached',
  title: 'DoT, answers from cache',
  minutes: 4,
  run: (setting) =>
    measureCached(
      'dot',
      ({ file }) => [
        {
          title: 'DoT',
          load: (server, seconds) =>
            checkedDnsperf(server, ['NOERROR'], {
              ...STREAM_LOAD,
              protocol: 'dot',
              queryFile: file,
              until: { seconds },
            }),
          targets: (table) => [againstBest({ table, against: 'peer', atMost: 0.6 })],
        },
      ],
      setting,
    ),
};
