// Section W: the header and the shape of messages. That replies leave from the address asked (W21) is tested in
// test/e2e/local-addresses.test.ts.

import assert from 'node:assert/strict';
import { staircase } from '../fuzz/wire/messages.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, header, label, optRecord, query, RCODE, rcodeOf, uint16, wireName } from './messages.ts';
import { conformsWith, EVERY, EVERY_WAY, NOT_UDP } from './over-transports.ts';
import { optionOf } from './reply-options.ts';

const COOKIE = 10;
const PADDING = 12;
const NOT_SUPPORTED = 21;
const INVALID_QUERY_TYPE = 30;
const CLIENT_COOKIE = Buffer.from('0123456789abcdef', 'hex');
const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080, Z: 0x0040, AD: 0x0020, CD: 0x0010 };
const A_RECORD = Buffer.concat([
  wireName('x.example.org'),
  Buffer.from('0001 0001 0000003c 0004 cb007109'.replaceAll(' ', ''), 'hex'),
]);

const stage = gatewayUnderTest({ extra: '[policy]\nrules = ["||blocked.example^"]' });
const conforms = conformsWith(stage);

/** One question, whole. */
const questionOf = (name: string, type = 1) => Buffer.concat([wireName(name), uint16(type), uint16(1)]);

conforms('W01', ['udp'], 'what is shorter than a header is met with silence', async ({ isSilent, name }) => {
  const whole = query({ name });
  for (const length of [0, 1, 2, 11]) assert.ok(await isSilent(whole.subarray(0, length)), `${length} octets`);
});

conforms('W02', EVERY, 'a response is never answered', async ({ isSilent, name, upstream }) => {
  assert.ok(await isSilent(query({ name, flags: FLAG.QR | FLAG.RD | FLAG.RA })));
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('W03', EVERY, 'two questions are FORMERR and neither is resolved', async ({ exchange, name, upstream }) => {
  const two = Buffer.concat([header(7, FLAG.RD, [2, 0, 0, 0]), questionOf(name), questionOf(`b.${name}`)]);
  const reply = await exchange(two);
  assert.equal(rcodeOf(reply), RCODE.FORMERR);
  assert.equal(reply!.readUInt16BE(0), 7);
  assert.deepEqual([...upstream.queriesFor(name), ...upstream.queriesFor(`b.${name}`)], []);
});

conforms('W04', EVERY, 'no question and no cookie is FORMERR', async ({ exchange }) => {
  assert.equal(rcodeOf(await exchange(header(7, FLAG.RD, [0, 0, 0, 0]))), RCODE.FORMERR);
  const withOpt = Buffer.concat([header(8, FLAG.RD, [0, 0, 0, 1]), optRecord()]);
  assert.equal(rcodeOf(await exchange(withOpt)), RCODE.FORMERR);
});

conforms('W05', EVERY, 'a cookie without a question is NOERROR with a fresh server cookie', async ({ exchange }) => {
  const asked = Buffer.concat([header(7, 0, [0, 0, 0, 1]), optRecord({ options: [[COOKIE, CLIENT_COOKIE]] })]);
  const reply = await exchange(asked);
  assert.equal(rcodeOf(reply), RCODE.NOERROR);
  assert.equal(reply!.readUInt16BE(4), 0);
  const cookie = optionOf(reply, COOKIE);
  assert.equal(cookie?.length, 24);
  assert.deepEqual(cookie.subarray(0, 8), CLIENT_COOKIE);
});

conforms('W06', EVERY, 'an opcode other than QUERY is NOTIMP', async ({ exchange, name, upstream }) => {
  for (const opcode of [1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) {
    for (const flags of [0, FLAG.RD]) {
      const reply = await exchange(query({ name, id: 0x1000 + opcode, flags: (opcode << 11) | flags, opt: {} }));
      assert.equal(rcodeOf(reply), RCODE.NOTIMP, `opcode ${opcode}`);
      assert.equal(reply!.readUInt16BE(0), 0x1000 + opcode);
      assert.equal(reply!.readUInt16BE(2) & ~0xf, FLAG.QR | (opcode << 11) | flags | FLAG.RA);
    }
  }
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('W07', EVERY, 'NOTIFY and UPDATE are NOTIMP and never forwarded', async ({ exchange, name, upstream }) => {
  const notify = Buffer.concat([header(7, (4 << 11) | FLAG.AA, [1, 0, 0, 0]), questionOf(name, 6)]);
  // Zone, no prerequisite, one record to add.
  const update = Buffer.concat([header(8, 5 << 11, [1, 0, 1, 0]), questionOf(name, 6), A_RECORD]);
  for (const message of [notify, update]) assert.equal(rcodeOf(await exchange(message)), RCODE.NOTIMP);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms(
  'W08',
  EVERY_WAY,
  'a reply bears ID, question and RD of its query, and flags of a resolver',
  async ({ exchange, name }) => {
    const spelled = name.replaceAll(/[a-f]/g, (letter) => letter.toUpperCase());
    const flags = FLAG.RD | FLAG.AA | FLAG.RA | FLAG.Z | FLAG.CD;
    // Fetched, cached, blocked, local, refused.
    const names = [spelled, spelled, 'X.Blocked.Example', 'LocalHost', spelled];
    for (const [index, asked] of names.entries()) {
      const rd = index === 4 ? 0 : FLAG.RD;
      const octets = query({ name: asked, id: 0xa000 + index, flags: (flags & ~FLAG.RD) | rd });
      const reply = await exchange(octets);
      assert.ok(reply, asked);
      assert.equal(reply.readUInt16BE(0), 0xa000 + index);
      assert.deepEqual(reply.subarray(12, octets.length), octets.subarray(12), asked);
      assert.equal(reply.readUInt16BE(2) & ~0xf, FLAG.QR | rd | FLAG.RA | FLAG.CD, asked);
    }
  },
);

conforms('W09', EVERY, 'TC in a query changes nothing', async ({ exchange, name }) => {
  assert.deepEqual(answersOf(await exchange(query({ name, flags: FLAG.RD | FLAG.TC }))), [`${name} A "192.0.2.1"`]);
});

conforms(
  'W10',
  EVERY,
  'reserved label types and names of more than 255 octets are FORMERR',
  async ({ exchange, upstream }) => {
    const before = upstream.queriesForClients.length;
    const of = (...lengths: number[]) =>
      Buffer.concat([...lengths.map((length) => label(Buffer.alloc(length, 0x61))), Buffer.of(0)]);
    const reserved = [0x40, 0x41, 0x7f, 0x80, 0xbf].map((octet) =>
      Buffer.concat([Buffer.of(octet), Buffer.alloc(200)]),
    );
    for (const name of [...reserved, of(63, 63, 63, 62)])
      assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.FORMERR);
    assert.equal(upstream.queriesForClients.length, before);
    assert.equal(
      rcodeOf(await exchange(query({ name: of(63, 63, 63, 61) }))),
      RCODE.NOERROR,
      'the longest name there is',
    );
  },
);

conforms('W11', EVERY, 'a pointer in the name asked for is FORMERR at once', async ({ exchange, upstream }) => {
  const before = upstream.queriesForClients.length;
  for (const target of [12, 0, 2, 11, 14, 18, 0x3fff]) {
    const pointer = uint16(0xc000 | target);
    for (const name of [pointer, Buffer.concat([label('a'), pointer])])
      assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.FORMERR, `a pointer to ${target}`);
  }
  assert.equal(upstream.queriesForClients.length, before);
});

conforms('W12', NOT_UDP, 'a message full of chained pointers costs milliseconds', async ({ exchange, name }) => {
  const message = staircase(8000, FLAG.RD);
  const before = performance.now();
  for (let round = 0; round < 20; round++) assert.ok(await exchange(message));
  assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.NOERROR);
  assert.ok(performance.now() - before < 4_000);
});

/** An answer of one record that holds `steps` pointers, each to the one before and the first to the question, and `owned` by the last. */
function answerOfStairs(name: string, steps: number, owned: number): Buffer {
  const question = questionOf(name);
  const fixed = (type: number, rdata: Uint8Array) =>
    Buffer.concat([uint16(type), Buffer.from('00010000003c', 'hex'), uint16(rdata.length), rdata]);
  const start = 12 + question.length + 12;
  const stairs = Array.from({ length: steps }, (_, i) => uint16(0xc000 | (i === 0 ? 12 : start + 2 * (i - 1))));
  const top = Buffer.concat([uint16(0xc000 | (start + 2 * (steps - 1))), fixed(1, Buffer.of(192, 0, 2, 7))]);
  const records = [Buffer.concat([uint16(0xc00c), fixed(0xff00, Buffer.concat(stairs))]), ...Array(owned).fill(top)];
  return Buffer.concat([header(0, 0x8180, [1, records.length, 0, 0]), question, ...records]);
}

conforms(
  'W12',
  EVERY,
  'in an answer a name may have 127 of them, and is not followed further',
  async ({ exchange, name, upstream }) => {
    const before = performance.now();
    for (const [steps, rcode] of [
      [126, RCODE.NOERROR],
      [127, RCODE.SERVFAIL],
      [7000, RCODE.SERVFAIL],
    ] as const) {
      upstream.answer(`s${steps}.${name}`, 'A', answerOfStairs(`s${steps}.${name}`, steps, 1));
      assert.equal(rcodeOf(await exchange(query({ name: `s${steps}.${name}` }))), rcode, `${steps} steps`);
    }
    upstream.answer(`many.${name}`, 'A', answerOfStairs(`many.${name}`, 7000, 3000));
    assert.equal(rcodeOf(await exchange(query({ name: `many.${name}` }))), RCODE.SERVFAIL);
    assert.ok(performance.now() - before < 4_000);
  },
);

conforms(
  'W12',
  EVERY,
  'nor is an answer full of chained pointers followed to its end: it is a failure',
  async ({ exchange, name, upstream }) => {
    const question = questionOf(name);
    const fixed = (type: number, rdata: Uint8Array) =>
      Buffer.concat([uint16(type), Buffer.from('00010000003c', 'hex'), uint16(rdata.length), rdata]);
    const start = 12 + question.length + 12;
    // Each pointer leads to the one before, and the first to a root.
    const pointers: Uint8Array[] = [Buffer.of(0)];
    for (let i = 0; i < 2400; i++) pointers.push(uint16(0xc000 | (i % 120 < 1 ? start : start + 1 + 2 * (i - 1))));
    const records = [Buffer.concat([uint16(0xc00c), fixed(1, Buffer.of(192, 0, 2, 7))])];
    for (let i = 0; records.length < 3900; i++) {
      const place = (i % 20) * 120 + 100 + (i % 19);
      records.push(Buffer.concat([uint16(0xc000 | (start + 1 + 2 * place)), fixed(1, Buffer.alloc(0))]));
    }
    const stairs = Buffer.concat([uint16(0xc00c), fixed(0xff00, Buffer.concat(pointers))]);
    const counts = [1, records.length + 1, 0, 0] as const;
    upstream.answer(name, 'A', Buffer.concat([header(0, 0x8180, [...counts]), question, stairs, ...records]));
    const reply = await exchange(query({ name, opt: {} }));
    assert.equal(rcodeOf(reply), RCODE.SERVFAIL);
    assert.deepEqual(answersOf(reply), []);
  },
);

conforms(
  'W13',
  EVERY,
  'lengths and counts that promise too much are FORMERR in a query',
  async ({ exchange, name, upstream }) => {
    const broken = [
      query({ name, counts: [1, 0, 0, 1] }),
      query({ name, counts: [1, 0, 0, 0xffff], opt: {} }),
      query({ name, opt: {} }).subarray(0, -1),
      query({
        name,
        counts: [1, 0, 0, 1],
        tail: Buffer.from('000029 04d0 00000000 ffff 00'.replaceAll(' ', ''), 'hex'),
      }),
      query({ name }).subarray(0, -1),
      query({ name }).subarray(0, 15),
      header(9, FLAG.RD, [1, 0, 0, 0]),
    ];
    for (const [index, message] of broken.entries())
      assert.equal(rcodeOf(await exchange(message)), RCODE.FORMERR, `message ${index}`);
    assert.deepEqual(upstream.queriesFor(name), []);
  },
);

conforms('W13', EVERY, 'and in an answer a failure of the upstream', async ({ exchange, name, upstream }) => {
  const record = Buffer.concat([Buffer.from('c00c 0001 0001 0000003c 0004 c0000207'.replaceAll(' ', ''), 'hex')]);
  const answer = (counts: [number, number, number, number], records: Uint8Array, of: string) =>
    Buffer.concat([header(0, 0x8180, counts), questionOf(of), records]);
  const long = Buffer.from(record);
  long.writeUInt16BE(500, 10);
  const broken: [string, (of: string) => Buffer][] = [
    ['a', (of) => answer([1, 2, 0, 0], record, of)],
    ['b', (of) => answer([1, 1, 0, 0], long, of)],
    ['c', (of) => answer([1, 1, 0, 0], record.subarray(0, 8), of)],
    ['d', (of) => answer([1, 1, 0xffff, 0xffff], record, of)],
  ];
  for (const [prefix, build] of broken) {
    const asked = `${prefix}.${name}`;
    upstream.answer(asked, 'A', build(asked));
    const reply = await exchange(query({ name: asked, opt: {} }));
    assert.equal(rcodeOf(reply), RCODE.SERVFAIL, prefix);
    assert.deepEqual(answersOf(reply), []);
  }
});

conforms(
  'W14',
  EVERY,
  'octets behind the last record change nothing and are never forwarded',
  async ({ exchange, name, upstream }) => {
    const tail = Buffer.from('tail of a query');
    assert.deepEqual(answersOf(await exchange(query({ name, opt: {}, tail }))), [`${name} A "192.0.2.1"`]);
    const [forwarded] = upstream.queriesFor(name);
    assert.ok(forwarded !== undefined && !forwarded.includes('tail'));
  },
);

conforms(
  'W15',
  EVERY,
  'records in answer or authority are FORMERR, and never cached',
  async ({ exchange, name, upstream }) => {
    const planted = Buffer.concat([wireName(name), A_RECORD.subarray(wireName('x.example.org').length)]);
    for (const counts of [
      [1, 1, 0, 0],
      [1, 0, 1, 0],
    ] as const) {
      assert.equal(rcodeOf(await exchange(query({ name, counts, tail: planted }))), RCODE.FORMERR);
    }
    assert.deepEqual(upstream.queriesFor(name), []);
    assert.deepEqual(answersOf(await exchange(query({ name }))), [`${name} A "192.0.2.1"`]);
  },
);

conforms(
  'W16',
  EVERY,
  'labels of any octets pass unchanged, each a name of its own',
  async ({ exchange, name, upstream }) => {
    const labels = ['00', '2e', 'ff', 'fe', '20', 'c328', 'c329', '612e62', '5c', 'efbfbd'];
    const before = upstream.queriesForClients.length;
    for (const hex of [...labels, ...labels]) {
      const wire = Buffer.concat([label(Buffer.from(hex, 'hex')), wireName(name)]);
      const question = Buffer.concat([wire, uint16(1), uint16(1)]);
      const record = Buffer.from('c00c000100010000003c0004c0000201', 'hex');
      const answer = Buffer.concat([header(0, 0x8180, [1, 1, 0, 0]), question, record]);
      upstream.answer(`${Buffer.from(hex, 'hex').toString('latin1')}.${name}`, 'A', answer);
      const reply = await exchange(query({ name: wire }));
      assert.equal(rcodeOf(reply), RCODE.NOERROR, hex);
      assert.deepEqual(
        reply!.subarray(12),
        Buffer.concat([question, record.subarray(0, 6), reply!.subarray(-10, -6), record.subarray(-6)]),
      );
    }
    const forwarded = upstream.queriesForClients.slice(before).filter((octets) => octets.includes(wireName(name)));
    assert.deepEqual(
      forwarded.map((octets) => octets.subarray(13, 13 + octets[12]!).toString('hex')),
      labels,
    );
  },
);

conforms(
  'W17',
  EVERY,
  'types that cannot be asked for are FORMERR and never forwarded',
  async ({ exchange, name, upstream }) => {
    const meta = [128, 129, 200, 248].map((type) => [type, INVALID_QUERY_TYPE] as const);
    for (const [type, code] of [...[0, 41, 249, 250].map((type) => [type, NOT_SUPPORTED] as const), ...meta]) {
      const reply = await exchange(query({ name, type, opt: {} }));
      assert.deepEqual([rcodeOf(reply), decoded(reply).extendedError?.code], [RCODE.FORMERR, code], `type ${type}`);
    }
    assert.deepEqual(upstream.queriesFor(name), []);
  },
);

conforms(
  'W18',
  EVERY,
  'other classes are refused, and the server says nothing of itself',
  async ({ exchange, name, upstream }) => {
    const before = upstream.queriesForClients.length;
    for (const own of ['version.bind', 'hostname.bind', 'id.server', 'version.server'])
      assert.equal(rcodeOf(await exchange(query({ name: own, type: 16, qclass: 3 }))), RCODE.REFUSED, own);
    for (const qclass of [0, 2, 3, 4, 254, 255, 65_280]) {
      const reply = await exchange(query({ name, qclass, opt: {} }));
      assert.equal(rcodeOf(reply), RCODE.REFUSED, `class ${qclass}`);
      assert.equal(decoded(reply).extendedError?.code, 21);
    }
    assert.equal(upstream.queriesForClients.length, before);
  },
);

conforms('W19', EVERY, 'without RD nothing is asked upstream', async ({ exchange, name, upstream }) => {
  const reply = await exchange(query({ name, flags: 0, opt: {} }));
  assert.equal(rcodeOf(reply), RCODE.REFUSED);
  assert.equal(decoded(reply).extendedError?.code, 20);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('W20', EVERY, 'every well-formed query gets a reply', async ({ exchange, name }) => {
  const queries = [
    ...Array.from({ length: 16 }, (_unused, opcode) => query({ name, flags: (opcode << 11) | FLAG.RD })),
    ...[1, 15, 99, 250, 251, 252, 255, 256, 65_280, 65_535].map((type) => query({ name, type })),
    ...[1, 3, 4, 255, 65_280].map((qclass) => query({ name, qclass })),
    ...[0, 1, 100, 255].map((version) => query({ name, opt: { version } })),
    ...[0, FLAG.Z, FLAG.AD, FLAG.CD, FLAG.TC, FLAG.AA, FLAG.RA].map((flags) => query({ name, flags: flags | FLAG.RD })),
    query({
      name,
      opt: {
        flags: 0xffff,
        options: [
          [65_001, Buffer.alloc(3)],
          [COOKIE, CLIENT_COOKIE],
        ],
      },
    }),
    query({ name: '', type: 2 }),
  ];
  for (const [index, octets] of queries.entries()) {
    const reply = await exchange(octets);
    assert.ok(reply !== undefined && reply.length >= 12, `query ${index}`);
    assert.notEqual(rcodeOf(reply), RCODE.SERVFAIL, `query ${index}`);
  }
});

conforms('W20', EVERY, 'also one of more octets than a datagram may have', async ({ exchange, name, transport }) => {
  // As Node reads the first of several datagrams, and as the others are read.
  const padded = query({ name, opt: { options: [[PADDING, Buffer.alloc(1400)]] } });
  for (const reply of await Promise.all([padded, padded, padded].map((octets) => exchange(withId(octets)))))
    assert.equal(rcodeOf(reply), transport === 'udp' ? RCODE.FORMERR : RCODE.NOERROR);
  const trailed = query({ name, tail: Buffer.alloc(1400) });
  assert.equal(rcodeOf(await exchange(trailed)), RCODE.NOERROR, 'what is behind the last record counts for nothing');
});

let lastId = 0x6000;
function withId(octets: Buffer): Buffer {
  const copy = Buffer.from(octets);
  copy.writeUInt16BE(++lastId);
  return copy;
}
