import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  concat,
  FLAGS_QUERY,
  hex,
  message,
  name,
  nameOfLabels,
  opt,
  option,
  pointer,
  question,
  record,
  toHex,
  uint16,
} from '../../test/fuzz/wire/messages.ts';
import { OPTION_BIT } from './query-option.ts';
import { QUERY_FAULT, QueryFacts, type QueryFault, readQuery } from './query-reader.ts';

const exampleQuestion = question(name('example.org'), 1);
const address = record(pointer(12), 1, 60, hex('c0000201'));
const tsig = record(name('key.example'), 250, 0, new Uint8Array(20), 255);

function query(...additionals: readonly Uint8Array[]): Uint8Array {
  return message({ id: 0xabcd, flags: FLAGS_QUERY, questions: [exampleQuestion], additionals });
}

function read(octets: Uint8Array): { fault: QueryFault; facts: QueryFacts } {
  const facts = new QueryFacts();
  return { fault: readQuery(octets, octets.length, facts), facts };
}

const withOption = (code: number, data: Uint8Array) => query(opt({ options: option(code, data) }));

describe('a query without fault', () => {
  test('is read to the last bit', () => {
    const padded = opt({
      size: 4096,
      flags: 0x8000,
      options: concat(option(10, hex('0102030405060708')), option(12, hex('0102'))),
    });
    const octets = message({
      id: 0xabcd,
      flags: 0x0110,
      questions: [question(name('WWW.eXample.ORG'), 65, 3)],
      additionals: [padded],
    });
    const { fault, facts } = read(octets);
    assert.equal(fault, QUERY_FAULT.NONE);
    assert.equal(facts.id, 0xabcd);
    assert.equal(facts.flags, 0x0110);
    assert.equal(facts.nameLength, 17);
    assert.equal(toHex(facts.name.subarray(0, 17)), toHex(name('www.example.org')));
    assert.equal(facts.questionEnd, 12 + 17 + 4);
    assert.deepEqual([facts.type, facts.class], [65, 3]);
    assert.deepEqual([facts.hasOpt, facts.udpPayloadSize, facts.dnssecOk], [true, 4096, true]);
    assert.equal(facts.options, OPTION_BIT.COOKIE | OPTION_BIT.PADDING);
    assert.equal(toHex(facts.cookie.subarray(0, facts.cookieLength)), '0102030405060708');
  });

  test('without OPT counts as 512 octets, no DO, no options, also after one that had them', () => {
    const facts = new QueryFacts();
    const first = query(opt({ size: 4096, flags: 0x8000, options: option(12, new Uint8Array(9)) }));
    readQuery(first, first.length, facts);
    const second = query();
    assert.equal(readQuery(second, second.length, facts), QUERY_FAULT.NONE);
    assert.deepEqual([facts.hasOpt, facts.udpPayloadSize, facts.dnssecOk, facts.options], [false, 512, false, 0]);
  });

  test('a length shorter than the buffer is the length', () => {
    const octets = concat(query(), new Uint8Array(100));
    assert.equal(readQuery(octets, query().length, new QueryFacts()), QUERY_FAULT.NONE);
    assert.equal(readQuery(octets, query().length - 1, new QueryFacts()), QUERY_FAULT.FORMAT);
  });

  const fine: readonly [string, Uint8Array][] = [
    ['W09 TC=1', message({ flags: 0x0300, questions: [exampleQuestion] })],
    ['W14 octets after the last record', concat(query(opt()), hex('deadbeef'))],
    ['W16 labels of any octets', message({ questions: [question(nameOfLabels(hex('002eff20'), hex('c328')), 1)] })],
    ['the root', message({ questions: [question(name(''), 2)] })],
    ['W17 a type that the pipeline refuses', message({ questions: [question(name('example.org'), 41)] })],
    ['D04 AD=1 and Z=1', message({ flags: 0x0160, questions: [exampleQuestion] })],
    ['E04 an unknown option and unknown flags', query(opt({ flags: 0x7fff, options: option(65_001, hex('0102')) }))],
    [
      'E06 sixteen thousand empty options',
      query(opt({ options: concat(...Array.from({ length: 16_000 }, () => option(65_001, hex('')))) })),
    ],
    [
      'E07 options that repeat',
      query(opt({ options: concat(option(3, hex('')), option(3, hex('')), option(12, hex('')), option(12, hex(''))) })),
    ],
    ['E10 a TSIG behind OPT', query(opt(), tsig)],
    ['E10 a TSIG and no OPT', query(tsig)],
    ['a record before OPT', query(address, opt())],
    ['E11 a subnet', withOption(8, hex('00011800c00002'))],
    ['E11 a subnet of no length', withOption(8, hex('00010000'))],
    ['E11 a subnet of no family', withOption(8, hex('00000000'))],
    ['E11 an IPv6 subnet', withOption(8, hex('0002380020010db8000000'))],
    ['E12 a client cookie', withOption(10, new Uint8Array(8))],
    ['E12 a server cookie', withOption(10, new Uint8Array(16))],
    ['E12 the longest server cookie', withOption(10, new Uint8Array(40))],
    ['P10 a keepalive', withOption(11, hex(''))],
    ['P10 a keepalive with a timeout', withOption(11, hex('0064'))],
    ['an EXPIRE', withOption(9, hex(''))],
    ['A04 padding that is not zero', withOption(12, hex('ffff'))],
  ];
  for (const [what, octets] of fine) {
    test(what, () => assert.equal(read(octets).fault, QUERY_FAULT.NONE));
  }
});

describe('a query with a fault', () => {
  test('W01 shorter than a header: silence', () => {
    for (let length = 0; length < 12; length++) {
      assert.equal(readQuery(query(), length, new QueryFacts()), QUERY_FAULT.TOO_SHORT, `length ${length}`);
    }
  });

  test('W02 a response: silence, whatever else is wrong with it', () => {
    for (const flags of [0x8000, 0x8180, 0xa000, 0xf800]) {
      assert.equal(read(message({ flags })).fault, QUERY_FAULT.IS_RESPONSE);
    }
  });

  test('W06 W07 another opcode is seen before the question, with ID and flags kept for the reply', () => {
    for (let opcode = 1; opcode < 16; opcode++) {
      const { fault, facts } = read(message({ id: 7, flags: (opcode << 11) | 0x0100, counts: [0, 9, 9, 9] }));
      assert.equal(fault, QUERY_FAULT.OPCODE, `opcode ${opcode}`);
      assert.deepEqual([facts.id, facts.flags, facts.questionEnd], [7, (opcode << 11) | 0x0100, 12]);
    }
  });

  const withCookie = opt({ options: option(10, new Uint8Array(8)) });
  const broken: Partial<Record<keyof typeof QUERY_FAULT, readonly [string, Uint8Array][]>> = {
    QUESTION_COUNT: [
      ['W03 two questions', message({ questions: [exampleQuestion, exampleQuestion] })],
      ['W04 no question', message({})],
      ['W04 no question and an OPT without cookie', message({ additionals: [opt()] })],
      [
        'W03 two questions and a cookie',
        message({ questions: [exampleQuestion, exampleQuestion], additionals: [withCookie] }),
      ],
    ],
    COOKIE_ALONE: [
      ['W05 no question and a cookie', message({ additionals: [opt({ options: option(10, new Uint8Array(8)) })] })],
    ],
    UNEXPECTED_RECORDS: [
      ['W15 an answer record', message({ questions: [exampleQuestion], answers: [address] })],
      ['W15 an authority record', message({ questions: [exampleQuestion], authorities: [address] })],
    ],
    OPT: [
      ['E02 two OPT records', query(opt(), opt())],
      ['E02 two OPT records, the second of version 1', query(opt(), opt({ version: 1 }))],
      ['E02 an OPT that is not owned by the root', query(opt({ owner: name('example.org') }))],
      ['E02 an OPT owned by a pointer', query(opt({ owner: pointer(24) }))],
      ['E05 an option past RDLEN', query(opt({ options: hex('0003 0002 00') }))],
      ['E05 half an option', query(opt({ options: hex('0003 00') }))],
      ['E05 an option past RDLEN that a later record would fill', query(opt({ options: hex('0003 000b') }), address)],
      ['E11 a subnet of an unknown family', withOption(8, hex('00031800c00002'))],
      ['E11 a subnet without prefix', withOption(8, hex('0001'))],
      ['E11 a subnet longer than an address', withOption(8, hex('00012100c000020100'))],
      ['E11 a subnet of too few octets', withOption(8, hex('00011800c000'))],
      ['E11 a subnet of too many octets', withOption(8, hex('00011800c0000201'))],
      ['E11 a subnet with bits behind the prefix', withOption(8, hex('00011500c000ff'))],
      ['an EXPIRE of one octet', withOption(9, hex('00'))],
      ['an LLQ of four octets', withOption(1, hex('01020304'))],
      ...[0, 7, 9, 15, 41].map((length): [string, Uint8Array] => [
        `E12 a cookie of ${length} octets`,
        withOption(10, new Uint8Array(length)),
      ]),
      ['W04 no question and half an option', message({ additionals: [opt({ options: hex('00') })] })],
    ],
    FORMAT: [
      ['W10 a label of 64', message({ questions: [question(nameOfLabels(new Uint8Array(64)), 1)] })],
      ['W10 a label of 0x80', message({ questions: [concat(hex('80'), new Uint8Array(200))] })],
      [
        'W10 a name of 256 octets',
        message({ questions: [question(nameOfLabels(...[63, 63, 63, 62].map((n) => new Uint8Array(n))), 1)] }),
      ],
      ['W11 a pointer to itself', message({ questions: [question(pointer(12), 1)] })],
      ['W11 a pointer forward', message({ questions: [question(pointer(18), 1)] })],
      ['W11 a pointer into the header', message({ questions: [question(pointer(4), 1)] })],
      ['W11 a pointer behind a label', message({ questions: [question(concat(hex('0161'), pointer(12)), 1)] })],
      ['W13 a name cut short', message({ counts: [1, 0, 0, 0], questions: [hex('03777777')] })],
      ['W13 a question without class', message({ questions: [concat(name('example.org'), uint16(1))] })],
      [
        'W13 more additional records than there are',
        message({ questions: [exampleQuestion], additionals: [opt()], counts: [1, 0, 0, 2] }),
      ],
      ['W13 65,535 additional records in none', message({ questions: [exampleQuestion], counts: [1, 0, 0, 0xffff] })],
      ['W13 RDLENGTH past the end', query(concat(name(''), hex('0029 04d0 00000000 0001')))],
      ['W13 a record cut short', query(hex('00 0029 04d0 00000000 00'))],
      ['W10 a broken owner in the additional section', query(record(hex('40'), 1, 0, hex('')))],
      ['W11 an additional owner that points at itself', query(record(pointer(29), 1, 0, hex('')))],
      ['W13 two questions of which one is there', message({ questions: [exampleQuestion], counts: [2, 0, 0, 0] })],
      ['W13 65,535 answer records in none', message({ questions: [exampleQuestion], counts: [1, 0xffff, 0xffff, 0] })],
    ],
  };
  for (const [fault, messages] of Object.entries(broken)) {
    for (const [what, octets] of messages) {
      test(`${what}: ${fault}`, () => assert.equal(read(octets).fault, QUERY_FAULT[fault as keyof typeof QUERY_FAULT]));
    }
  }

  test('F01 the OPT behind what is refused is read, so that the refusal can be explained', () => {
    const additionals = [opt({ size: 4096, flags: 0x8000 })];
    for (const octets of [
      message({ questions: [exampleQuestion, exampleQuestion], additionals }),
      message({ questions: [exampleQuestion], answers: [address], authorities: [address], additionals }),
      message({ flags: 5 << 11, questions: [exampleQuestion], answers: [address], additionals }),
      message({ additionals }),
    ]) {
      const { fault, facts } = read(octets);
      assert.notEqual(fault, QUERY_FAULT.NONE);
      assert.deepEqual([facts.hasOpt, facts.udpPayloadSize, facts.dnssecOk], [true, 4096, true]);
    }
  });

  test('P10 a keepalive with a timeout is told from one without', () => {
    const { TCP_KEEPALIVE, BROKEN_KEEPALIVE } = OPTION_BIT;
    assert.equal(read(withOption(11, hex('0064'))).facts.options, BROKEN_KEEPALIVE);
    const both = query(opt({ options: concat(option(11, hex('')), option(11, hex('00'))) }));
    assert.equal(read(both).facts.options, TCP_KEEPALIVE | BROKEN_KEEPALIVE);
  });

  test('E12 of several cookies the first one counts', () => {
    const { facts } = read(
      query(opt({ options: concat(option(10, hex('0102030405060708')), option(10, new Uint8Array(16))) })),
    );
    assert.equal(facts.cookieLength, 8);
    assert.equal(toHex(facts.cookie.subarray(0, 8)), '0102030405060708');
  });

  test('E01 what was read before the fault is there for the reply', () => {
    const { facts } = read(query(opt({ flags: 0x8000, options: hex('00') })));
    assert.deepEqual([facts.questionEnd, facts.type, facts.hasOpt, facts.dnssecOk], [29, 1, true, true]);
  });

  test('E03 EDNS version 1: BADVERS, its options unread, with what the reply needs', () => {
    const { fault, facts } = read(query(opt({ version: 1, flags: 0x8000, size: 4096, options: hex('ff') })));
    assert.equal(fault, QUERY_FAULT.EDNS_VERSION);
    assert.deepEqual([facts.questionEnd, facts.hasOpt, facts.dnssecOk, facts.udpPayloadSize], [29, true, true, 4096]);
  });

  test('every query cut short anywhere is a fault', () => {
    const whole = query(opt({ options: option(12, new Uint8Array(5)) }), tsig);
    for (let length = 12; length < whole.length; length++) {
      assert.equal(readQuery(whole, length, new QueryFacts()), QUERY_FAULT.FORMAT, `length ${length}`);
    }
  });
});
