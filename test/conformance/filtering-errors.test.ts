// Section F, what explains answers: Extended DNS Errors on refusals, failures and blocks.

import assert from 'node:assert/strict';
import { gatewayUnderTest } from './gateway.ts';
import { decoded, header, optRecord, query, RCODE, rcodeOf, wireName } from './messages.ts';
import { conformsWith, EVERY, EVERY_WAY } from './over-transports.ts';
import { optionsOf, optOf, rcodeOfOpt } from './reply-options.ts';

const EXTENDED_ERROR = 15;
const REPORT_CHANNEL = 18;
const BADVERS = 16;
const TEXT_MAX_BYTES = 100;

const stage = gatewayUnderTest({ extra: '[policy]\nrules = ["||blocked.example^"]' });
const conforms = conformsWith(stage);

const { FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED } = RCODE;

interface Explained {
  readonly what: string;
  readonly rcode: number;
  readonly code: number;
  /** With or without OPT. */
  build(name: string, withOpt: boolean): Buffer;
}

const asking = (parts: Partial<Parameters<typeof query>[0]>) => (name: string, withOpt: boolean) =>
  query({ name, ...parts, ...(withOpt && { opt: {} }) });

const EXPLAINED: readonly Explained[] = [
  {
    what: 'a blocked name',
    rcode: NXDOMAIN,
    code: 15,
    build: (_name, withOpt) => asking({})('blocked.example', withOpt),
  },
  {
    what: 'a failure of the upstream',
    rcode: SERVFAIL,
    code: 24,
    build: (name, withOpt) => asking({})(`broken.${name}`, withOpt),
  },
  { what: 'another opcode', rcode: NOTIMP, code: 21, build: asking({ flags: 0x1100 }) },
  { what: 'another class', rcode: REFUSED, code: 21, build: asking({ qclass: 3 }) },
  { what: 'ANY', rcode: REFUSED, code: 21, build: asking({ type: 255 }) },
  { what: 'a transfer', rcode: REFUSED, code: 21, build: asking({ type: 252 }) },
  { what: 'a type that cannot be asked for', rcode: FORMERR, code: 21, build: asking({ type: 250 }) },
  { what: 'a type of later times', rcode: FORMERR, code: 30, build: asking({ type: 128 }) },
  { what: 'no recursion desired', rcode: REFUSED, code: 20, build: asking({ flags: 0 }) },
  {
    what: 'no question',
    rcode: FORMERR,
    code: 0,
    build: (_name, withOpt) =>
      Buffer.concat([header(7, 0x0100, [0, 0, 0, withOpt ? 1 : 0]), withOpt ? optRecord() : Buffer.alloc(0)]),
  },
  {
    what: 'two questions',
    rcode: FORMERR,
    code: 0,
    build: (name, withOpt) => {
      const question = query({ name }).subarray(12);
      const opt = withOpt ? [optRecord()] : [];
      return Buffer.concat([header(7, 0x0100, [2, 0, 0, opt.length]), question, question, ...opt]);
    },
  },
  {
    what: 'an answer in a query',
    rcode: FORMERR,
    code: 0,
    build: (name, withOpt) => {
      const record = Buffer.concat([wireName(name), Buffer.from('000100010000003c0004cb007109', 'hex')]);
      const opt = withOpt ? [optRecord()] : [];
      return Buffer.concat([header(7, 0x0100, [1, 1, 0, opt.length]), query({ name }).subarray(12), record, ...opt]);
    },
  },
];

function textsOf(reply: Buffer | undefined): string[] {
  const strict = new TextDecoder('utf-8', { fatal: true });
  return optionsOf(reply).flatMap(([code, data]) => (code === EXTENDED_ERROR ? [strict.decode(data.subarray(2))] : []));
}

conforms(
  'F01',
  EVERY_WAY,
  'every refusal and failure is explained where the query had OPT, with the same RCODE',
  async ({ exchange, name, upstream }) => {
    upstream.answer(`broken.${name}`, 'A', Buffer.from('000081800001000500000000', 'hex'));
    for (const { what, rcode, code, build } of EXPLAINED) {
      const explained = await exchange(build(name, true));
      assert.equal(rcodeOf(explained), rcode, what);
      assert.equal(decoded(explained).extendedError?.code, code, what);
      const plain = await exchange(build(name, false));
      assert.equal(rcodeOf(plain), rcode, what);
      assert.equal(optOf(plain), undefined, what);
    }
    const newer = await exchange(query({ name, opt: { version: 1 } }));
    assert.equal(rcodeOf(newer) + rcodeOfOpt(newer), BADVERS);
    assert.equal(decoded(newer).extendedError?.code, 21);
  },
);

conforms('F01', EVERY, 'an answer that needs no explanation has none', async ({ exchange, name }) => {
  for (const asked of [name, name, 'localhost'])
    assert.deepEqual(optionsOf(await exchange(query({ name: asked, opt: {} }))), []);
});

conforms('F04', EVERY, 'texts are short UTF-8 without a NUL at the end', async (conversation) => {
  const { exchange, name, upstream, transport } = conversation;
  upstream.answer(`broken.${name}`, 'A', Buffer.from('000081800001000500000000', 'hex'));
  // Over UDP refusals have no room for theirs: test/scenarios/refusals.test.ts.
  for (const { what, build } of transport === 'udp' ? EXPLAINED.slice(0, 2) : EXPLAINED) {
    const [text] = textsOf(await exchange(build(name, true)));
    assert.ok(text !== undefined && text.length > 0, what);
    assert.ok(Buffer.byteLength(text) <= TEXT_MAX_BYTES && !text.includes('\0'), `${what}: ${text}`);
  }
});

conforms(
  'F04',
  ['udp'],
  'the text goes first where a datagram is short of room, then the code',
  async ({ exchange, name, upstream }) => {
    // An answer with an EDE of the upstream, and a TXT record as long as it takes.
    const errorOption = Buffer.concat([Buffer.from('000f0014000a', 'hex'), Buffer.from('signatures missing')]);
    const opt = Buffer.concat([
      Buffer.from('00002904d000000000', 'hex'),
      Buffer.of(0, errorOption.length),
      errorOption,
    ]);
    const seen = new Set<string>();
    for (let fill = 420; fill <= 500; fill++) {
      const rdata = Buffer.concat([
        Buffer.of(254),
        Buffer.alloc(254, 0x61),
        Buffer.of(fill - 257),
        Buffer.alloc(fill - 257, 0x61),
      ]);
      const record = Buffer.concat([
        Buffer.from('c00c0010000100000e10', 'hex'),
        Buffer.of(rdata.length >>> 8, rdata.length & 0xff),
        rdata,
      ]);
      const asked = Buffer.concat([wireName(`n${fill}.${name}`), Buffer.of(0, 16, 0, 1)]);
      const length = 12 + asked.length + record.length;
      upstream.answer(`n${fill}.${name}`, 'TXT', Buffer.concat([header(0, 0x8180, [1, 1, 0, 1]), asked, record, opt]));
      const reply = await exchange(query({ name: `n${fill}.${name}`, type: 16, opt: { udpPayloadSize: 512 } }));
      assert.ok(reply !== undefined && reply.length <= 512);
      const isTruncated = (reply[2]! & 2) !== 0;
      const expected =
        length + 35 <= 512 ? 'text' : length + 17 <= 512 ? 'code' : length + 11 <= 512 ? 'none' : 'truncated';
      const { extendedError } = decoded(reply);
      const found = isTruncated
        ? 'truncated'
        : extendedError === undefined
          ? 'none'
          : extendedError.text === ''
            ? 'code'
            : 'text';
      assert.equal(found, expected, `${length} octets without OPT`);
      seen.add(found);
    }
    assert.deepEqual([...seen], ['text', 'code', 'none', 'truncated']);
  },
);

conforms(
  'F11',
  EVERY,
  "an upstream's report channel is dropped, and nothing is reported",
  async ({ exchange, name, upstream }) => {
    const agent = wireName('agent.example');
    const options = Buffer.concat([
      Buffer.from('000f00020006', 'hex'),
      Buffer.of(0, REPORT_CHANNEL, 0, agent.length),
      agent,
    ]);
    const opt = Buffer.concat([Buffer.from('00002904d000000000', 'hex'), Buffer.of(0, options.length), options]);
    const question = query({ name }).subarray(12);
    const record = Buffer.from('c00c000100010000012c0004c0000207', 'hex');
    upstream.answer(name, 'A', Buffer.concat([header(0, 0x8180, [1, 1, 0, 1]), question, record, opt]));
    const bogus = `bogus.${name}`;
    const bogusQuestion = query({ name: bogus }).subarray(12);
    upstream.answer(bogus, 'A', Buffer.concat([header(0, 0x8182, [1, 0, 0, 1]), bogusQuestion, opt]));
    const before = upstream.queriesForClients.length;
    for (let round = 0; round < 2; round++) {
      for (const asked of [name, bogus]) {
        const reply = await exchange(query({ name: asked, opt: { options: [[REPORT_CHANNEL, Buffer.alloc(0)]] } }));
        assert.equal(rcodeOf(reply), asked === name ? RCODE.NOERROR : SERVFAIL);
        assert.ok(optionsOf(reply).every(([code]) => code === EXTENDED_ERROR));
      }
    }
    // Had it been reported, `_er.1.NAME.6._er.agent.example` would be asked for.
    assert.ok(upstream.queriesForClients.slice(before).every((asked) => !asked.includes('_er')));
  },
);
