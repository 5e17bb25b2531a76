// TCP, every answer from cache, over a few connections that stay.

import { checkedDnsperf, STREAM_LOAD } from '../load/checked-load.ts';
import { againstBest } from '../measure/compare.ts';
import type { Scenario } from '../scenario.ts';
import { measureCached } from './cached-answers.ts';

export const tcpCached: Scenario = {
  name: 'tcp-cached',
  title: 'TCP, answers from cache',
  minutes: 4,
  run: (setting) =>
    measureCached(
      'tcp',
      ({ file }) => [
        {
          title: 'TCP',
          load: (server, seconds) =>
            checkedDnsperf(server, ['NOERROR'], {
              ...STREAM_LOAD,
              protocol: 'tcp',
              queryFile: file,
              until: { seconds },
            }),
          targets: (table) => [
            againstBest({ table, against: 'peer', atMost: 1 }),
            againstBest({ table, against: 'peer', atMost: 0.5, isAim: true }),
          ],
        },
      ],
      setting,
    ),
};
