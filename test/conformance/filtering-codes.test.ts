// F02: which Extended DNS Error says who did not want a name answered.

import assert from 'node:assert/strict';
import { gatewayUnderTest } from './gateway.ts';
import { decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const AAAA = 28;
const TXT = 16;

const conforms = conformsWith(
  gatewayUnderTest({
    extra: `[policy]
block_response = "null-address"
rules = ["||ruled.example^"]
[[list]]
name = "listed"
file = "listed.txt"
format = "domains"
subdomains = true`,
    files: { 'listed.txt': 'listed.example\n' },
  }),
);

conforms(
  'F02',
  EVERY,
  'what lists and rules block says 15, and 4 where the address is made up',
  async ({ exchange, name }) => {
    for (const zone of ['ruled.example', 'listed.example']) {
      for (const [type, codes] of [
        [1, [15, 4]],
        [AAAA, [15, 4]],
        [TXT, [15]],
      ] as const) {
        const reply = await exchange(query({ name: `${name}.${zone}`, type, opt: {} }));
        assert.deepEqual([rcodeOf(reply), decoded(reply).extendedErrors], [RCODE.NOERROR, codes]);
      }
    }
  },
);

conforms('F02', EVERY, 'what is not blocked says neither', async ({ exchange, name }) => {
  assert.deepEqual(decoded(await exchange(query({ name, opt: {} }))).extendedErrors, []);
});
