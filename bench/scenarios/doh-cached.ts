// DNS over HTTPS, every answer from cache: GET, few connections with many streams each.

import { checkedH2load, HTTPS_LOAD } from '../load/checked-load.ts';
import { writeUriFile } from '../load/h2load.ts';
import type { Scenario } from '../scenario.ts';
import type { RunningServer } from '../servers/server.ts';
import { type CachedNames, measureCached } from './cached-answers.ts';

const HEADER_BYTES = 12;
/** A name on the wire has two octets more than its text; type and class stand behind it. */
const QUESTION_BESIDE_TEXT_BYTES = 2 + 4;
/** A pointer to the name, type, class, TTL, length, address. */
const ADDRESS_RECORD_BYTES = 2 + 2 + 2 + 4 + 2 + 4;

/** Written once for each server: its port stands in every line. */
const uriFiles = new WeakMap<RunningServer, string>();

export const dohCached: Scenario = {
  name: 'doh-cached',
  title: 'DoH, answers from cache',
  minutes: 4,
  run: (setting) =>
    measureCached(
      'doh',
      (cached) => [
        {
          title: `GET, ${HTTPS_LOAD.connections} connections, ${HTTPS_LOAD.streamsPerConnection} streams each`,
          load: (server, seconds) => {
            const uriFile = uriFiles.get(server) ?? writeUriFile(server, cached.asked);
            uriFiles.set(server, uriFile);
            return checkedH2load(averageAnswerBytes(cached), { ...HTTPS_LOAD, uriFile, until: { seconds } });
          },
          targets: () => [],
        },
      ],
      setting,
    ),
};

/** Of right answers; a failure has no record and is shorter. */
function averageAnswerBytes({ asked }: CachedNames): number {
  const text = asked.reduce((sum, name) => sum + name.length, 0) / asked.length;
  return HEADER_BYTES + text + QUESTION_BESIDE_TEXT_BYTES + ADDRESS_RECORD_BYTES;
}
