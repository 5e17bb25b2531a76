// Section F: which rule holds, for names and for where they lead.

import assert from 'node:assert/strict';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const EDE_BLOCKED = 15;
const EDE_FILTERED = 17;
const stage = gatewayUnderTest({
  files: {
    'own.hosts': '0.0.0.0 listed.example\n0.0.0.0 www.both-lists.example\n',
    'fine.domains': 'www.both-lists.example\n',
  },
  extra: `[[list]]
name = "own"
file = "own.hosts"

[[list]]
name = "fine"
file = "fine.domains"
action = "allow"

[policy]
rebinding_protection = true
rules = [
  "||ads.example^",
  "@@||fine.ads.example^",
  "||deep.fine.ads.example^",
  "exact.example",
  "@@listed.example",
  "||both.example^",
  "@@both.example",
]`,
});
const conforms = conformsWith(stage);

conforms(
  'F07',
  EVERY,
  'a CNAME that leads to a blocked name is blocked, fetched and cached',
  async ({ exchange, name, upstream }) => {
    const chain = [
      { type: 'CNAME' as const, name, ttl: 300, data: `middle.${name}` },
      { type: 'CNAME' as const, name: `middle.${name}`, ttl: 300, data: 'tracker.ads.example' },
      { type: 'A' as const, name: 'tracker.ads.example', ttl: 300, data: '198.51.100.1' },
    ];
    upstream.answer(name, 'A', { answers: chain });
    for (const round of ['fetched', 'cached']) {
      const reply = await exchange(query({ name, opt: {} }));
      assert.equal(rcodeOf(reply), RCODE.NXDOMAIN, round);
      assert.deepEqual(answersOf(reply), [], round);
      const { code } = decoded(reply).extendedError!;
      assert.ok(code === EDE_BLOCKED || code === EDE_FILTERED, round);
    }
    assert.equal(upstream.queriesFor(name).length, 1);
  },
);

conforms('F07', EVERY, 'an HTTPS record whose target is blocked is blocked', async ({ exchange, name, upstream }) => {
  const HTTPS = 65;
  const target = Buffer.concat([Buffer.of(0, 1), Buffer.from('\x07tracker\x03ads\x07example\0', 'latin1')]);
  const hint = Buffer.of(0, 4, 0, 4, 198, 51, 100, 1);
  upstream.answer(name, 'HTTPS', (request) =>
    request.answer(withRecord(request.query, HTTPS, Buffer.concat([target, hint]))),
  );
  for (const round of ['fetched', 'cached']) {
    assert.equal(rcodeOf(await exchange(query({ name, type: HTTPS }))), RCODE.NXDOMAIN, round);
  }
});

conforms(
  'F07',
  EVERY,
  'by choice, an answer that points inside is answered without addresses',
  async ({ exchange, name, upstream }) => {
    upstream.answer(name, 'A', { answers: [{ type: 'A', name, ttl: 300, data: '192.168.1.1' }] });
    const reply = await exchange(query({ name, opt: {} }));
    assert.equal(rcodeOf(reply), RCODE.NOERROR);
    assert.deepEqual(answersOf(reply), []);
  },
);

/** Name, and whether it is answered. */
const MATRIX: readonly (readonly [string, boolean])[] = [
  ['ads.example', false],
  ['x.ads.example', false],
  ['xads.example', true],
  ['fine.ads.example', true],
  ['x.fine.ads.example', true],
  // However long the blocking match: an exception among the rules comes first.
  ['deep.fine.ads.example', true],
  ['exact.example', false],
  ['x.exact.example', true],
  ['listed.example', true],
  ['both.example', true],
  ['x.both.example', false],
  ['www.both-lists.example', true],
];

conforms(
  'F09',
  EVERY,
  'an exception beats a blocking rule of its class, exact or with all below',
  async ({ exchange }) => {
    for (const [name, isAnswered] of MATRIX) {
      assert.equal(rcodeOf(await exchange(query({ name }))), isAnswered ? RCODE.NOERROR : RCODE.NXDOMAIN, name);
    }
  },
);

/** An answer of one record, owned by the name that was asked for. */
function withRecord(query: Buffer, type: number, rdata: Buffer): Buffer {
  let end = 12;
  while (query[end] !== 0) end += query[end]! + 1;
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(300, 6);
  record.writeUInt16BE(rdata.length, 10);
  const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  return Buffer.concat([header, query.subarray(12, end + 5), record, rdata]);
}
