import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  concat,
  FLAGS_RESPONSE,
  hex,
  message,
  type MessageFields,
  name,
  nameOfLabels,
  opt,
  option,
  pointer,
  question,
  record,
  soaRdata,
  staircase,
} from '../../test/fuzz/wire/messages.ts';
import {
  ANSWER_FAULT,
  ANSWER_RECORDS_MAX,
  AnswerFacts,
  type AnswerFault,
  CNAME_CHAIN_MAX,
  SERVICE_TARGETS_MAX,
  readAnswer,
  sameQuestion,
} from './answer-reader.ts';

const QUESTION_END = 29;
const questionOf = (type: number) => question(name('example.org'), type);
const owner = pointer(12);
const address = (ttlSeconds: number) => record(owner, 1, ttlSeconds, hex('c0000201'));
const ADDRESS_BYTES = 16;

function answer(fields: MessageFields): Uint8Array {
  return message({ flags: FLAGS_RESPONSE, questions: [questionOf(1)], ...fields });
}

function read(octets: Uint8Array): { fault: AnswerFault; facts: AnswerFacts } {
  const facts = new AnswerFacts();
  return { fault: readAnswer(octets, octets.length, facts), facts };
}

function readWithoutFault(octets: Uint8Array): AnswerFacts {
  const { fault, facts } = read(octets);
  assert.equal(fault, ANSWER_FAULT.NONE);
  return facts;
}

describe('what is noted of an answer', () => {
  test('every record that may be relayed, and where its TTL stands', () => {
    const facts = readWithoutFault(
      answer({
        answers: [address(300), address(200)],
        authorities: [record(owner, 2, 100, name('ns.example.org'))],
        additionals: [address(400)],
      }),
    );
    assert.equal(facts.questionEnd, QUESTION_END);
    assert.equal(facts.answerCount, 2);
    const first = QUESTION_END + 6;
    const nsBytes = 12 + 16;
    assert.deepEqual(
      [...facts.ttlOffsets.subarray(0, facts.ttlCount)],
      [first, first + ADDRESS_BYTES, first + 2 * ADDRESS_BYTES, first + 2 * ADDRESS_BYTES + nsBytes],
    );
    assert.equal(facts.negativeTtlSeconds, -1);
  });

  test('OPT and what stands behind it is left out: no TTL of theirs, no length', () => {
    const octets = answer({
      answers: [address(300)],
      additionals: [
        address(200),
        opt({ extendedRcode: 0, flags: 0x8000 }),
        record(name('key'), 250, 0, hex('00'), 255),
      ],
    });
    const facts = readWithoutFault(octets);
    assert.equal(facts.ttlCount, 2);
    assert.equal(facts.lengthWithoutOpt, QUESTION_END + 2 * ADDRESS_BYTES);
  });

  test('W14 octets after the last record are left out', () => {
    const facts = readWithoutFault(concat(answer({ answers: [address(300)] }), hex('deadbeef')));
    assert.equal(facts.lengthWithoutOpt, QUESTION_END + ADDRESS_BYTES);
  });

  test('C04 a TTL with the top bit set counts as 0', () => {
    const negativeTtl = (ttlSeconds: number, minimum: number): number =>
      readWithoutFault(answer({ authorities: [record(name('a'), 6, ttlSeconds, soaRdata(minimum))] }))
        .negativeTtlSeconds;
    assert.equal(negativeTtl(0x8000_0000, 60), 0);
    assert.equal(negativeTtl(60, 0x8000_0000), 0);
    assert.equal(negativeTtl(0x7fff_ffff, 0x7fff_ffff), 0x7fff_ffff);
  });

  test('C07 the negative TTL is the smaller of SOA TTL and SOA MINIMUM', () => {
    const negative = (ttl: number, minimum: number) =>
      readWithoutFault(answer({ flags: 0x8183, authorities: [record(name('org'), 6, ttl, soaRdata(minimum))] }))
        .negativeTtlSeconds;
    assert.equal(negative(900, 300), 300);
    assert.equal(negative(300, 900), 300);
    assert.equal(negative(0xffff_ffff, 900), 0);
    assert.equal(negative(900, 0xffff_ffff), 0);
  });

  test('C09 an SOA elsewhere is no negative TTL', () => {
    const soa = record(name('org'), 6, 900, soaRdata(300));
    assert.equal(readWithoutFault(answer({ answers: [soa] })).negativeTtlSeconds, -1);
    assert.equal(readWithoutFault(answer({ additionals: [soa] })).negativeTtlSeconds, -1);
  });

  test('CNAME targets and addresses of ANSWER, and of no other section', () => {
    const alias = record(owner, 5, 60, name('a.example.net'));
    const ipv6 = record(owner, 28, 60, new Uint8Array(16));
    const facts = readWithoutFault(
      answer({ answers: [alias, address(60), ipv6], authorities: [alias, ipv6], additionals: [address(60)] }),
    );
    const aliasBytes = 12 + 15;
    assert.deepEqual([...facts.cnameTargetOffsets.subarray(0, facts.cnameCount)], [QUESTION_END + 12]);
    const firstAddress = QUESTION_END + aliasBytes + 12;
    assert.deepEqual([...facts.addressOffsets.subarray(0, facts.addressCount)], [firstAddress, firstAddress + 4 + 12]);
  });

  test('the targets of services in ANSWER, but not the owner itself', () => {
    const service = (type: number, target: string) =>
      record(owner, type, 60, concat(hex('0001'), name(target), hex('0003 0002 01bb')));
    const itself = record(owner, 65, 60, hex('0001 00'));
    const answers = [itself, service(65, 'a.example'), service(64, 'b.example')];
    const facts = readWithoutFault(answer({ answers, additionals: [service(65, 'c.example')] }));
    const first = QUESTION_END + itself.length + 12 + 2;
    const second = first + service(65, 'a.example').length;
    assert.deepEqual([...facts.serviceTargetOffsets.subarray(0, facts.serviceTargetCount)], [first, second]);
  });

  test('the addresses that services hint at, as far as their parameters are well formed', () => {
    const service = (parameters: string) => record(owner, 65, 60, hex(`0001 00 ${parameters}`));
    const notedOf = (parameters: string) => {
      const facts = readWithoutFault(answer({ answers: [service(parameters)] }));
      const first = QUESTION_END + 12 + 3;
      return [...facts.addressOffsets.subarray(0, facts.addressCount)].map(
        (offset, index) => `${offset - first}:${facts.addressBytes[index]}`,
      );
    };
    const ipv6 = '20010db8000000000000000000000001';
    assert.deepEqual(notedOf(`0003 0002 01bb 0004 0008 c0000201c0000202 0006 0010 ${ipv6}`), ['10:4', '14:4', '22:16']);
    assert.deepEqual(notedOf('0004 0006 c00002010000'), ['4:4'], 'half an address is none');
    assert.deepEqual(notedOf('0004 0008 c0000201'), [], 'beyond the record');
    assert.deepEqual(notedOf('0004 00'), []);
    assert.deepEqual(notedOf(''), []);
  });

  test('an A that is not 4 octets or an AAAA that is not 16 is relayed and not taken for an address', () => {
    const odd = [
      record(owner, 1, 60, new Uint8Array(16)),
      record(owner, 28, 60, new Uint8Array(4)),
      record(owner, 1, 60, hex('')),
    ];
    const facts = readWithoutFault(answer({ answers: odd }));
    assert.equal(facts.addressCount, 0);
    assert.equal(facts.ttlCount, 3);
  });

  test('the first 64 addresses', () => {
    const facts = readWithoutFault(answer({ answers: Array.from({ length: 80 }, () => address(60)) }));
    assert.equal(facts.addressCount, 64);
    assert.equal(facts.ttlCount, 80);
  });

  test('F05 the first EDE option of OPT, and its RCODE bits', () => {
    const options = concat(
      option(10, new Uint8Array(8)),
      option(15, hex('00')),
      option(15, concat(hex('0006'), Buffer.from('bogus'))),
      option(15, hex('000f')),
    );
    const octets = answer({ flags: 0x8182, additionals: [opt({ extendedRcode: 1, options })] });
    const facts = readWithoutFault(octets);
    assert.equal(facts.rcode, 18);
    assert.equal(facts.extendedErrorCode, 6);
    assert.equal(
      Buffer.from(octets.subarray(facts.extendedErrorTextStart, facts.extendedErrorTextEnd)).toString(),
      'bogus',
    );
  });

  test('nothing of the answer read before', () => {
    const facts = new AnswerFacts();
    const first = answer({
      flags: 0x8183,
      answers: [record(owner, 5, 9, name('b')), address(9)],
      authorities: [record(owner, 6, 9, soaRdata(9))],
      additionals: [opt({ options: option(15, hex('000f')) })],
    });
    assert.equal(readAnswer(first, first.length, facts), ANSWER_FAULT.NONE);
    const second = answer({});
    assert.equal(readAnswer(second, second.length, facts), ANSWER_FAULT.NONE);
    const fresh = readWithoutFault(second);
    const {
      ttlOffsets: _a,
      cnameTargetOffsets: _b,
      addressOffsets: _c,
      addressBytes: _i,
      serviceTargetOffsets: _g,
      ...seen
    } = facts;
    const {
      ttlOffsets: _d,
      cnameTargetOffsets: _e,
      addressOffsets: _f,
      addressBytes: _j,
      serviceTargetOffsets: _h,
      ...expected
    } = fresh;
    assert.deepEqual(seen, expected);
  });

  const fine: readonly [string, MessageFields][] = [
    [
      'C22 an unknown type with odd RDATA',
      { answers: [record(owner, 65_280, 60, hex('c00cffff')), record(owner, 65_281, 60, hex(''))] },
    ],
    ['16 CNAMEs', { answers: Array.from({ length: CNAME_CHAIN_MAX }, () => record(owner, 5, 60, owner)) }],
    [
      'as many records as are noted',
      { answers: Array.from({ length: ANSWER_RECORDS_MAX }, () => record(name(''), 65_280, 60, hex(''))) },
    ],
    ['TC=1', { flags: 0x8380 }],
    ['a malformed SOA in ANSWER, which nothing reads', { answers: [record(owner, 6, 60, hex('00'))] }],
    ['a malformed CNAME in ADDITIONAL, which nothing reads', { additionals: [record(owner, 5, 60, hex('40'))] }],
  ];
  for (const [what, fields] of fine) {
    test(`${what} is no fault`, () => void readWithoutFault(answer(fields)));
  }
});

describe('an answer with a fault', () => {
  const tooManyRecords = Array.from({ length: ANSWER_RECORDS_MAX + 1 }, () => record(name(''), 65_280, 60, hex('')));
  const broken: readonly [string, MessageFields][] = [
    ['QR=0', { flags: 0x0100 }],
    ['another opcode', { flags: 0xa800 }],
    ['no question', { questions: [] }],
    ['two questions', { questions: [questionOf(1), questionOf(1)] }],
    ['W11 a question that points at itself', { questions: [question(pointer(12), 1)] }],
    ['W13 a count that lies', { answers: [address(60)], counts: [1, 2, 0, 0] }],
    ['W13 counts that promise 196,605 records', { counts: [1, 0xffff, 0xffff, 0xffff] }],
    ['W13 RDLENGTH past the end', { answers: [concat(owner, hex('0001 0001 0000003c 0004 c00002'))] }],
    ['W13 a record cut short', { answers: [concat(owner, hex('0001 0001 0000003c 00'))] }],
    ['W10 an owner of 0x80', { answers: [record(hex('80'), 1, 60, hex(''))] }],
    ['W11 an owner that points at itself', { answers: [record(pointer(QUESTION_END), 1, 60, hex(''))] }],
    ['two OPT records', { additionals: [opt(), opt()] }],
    ['OPT in ANSWER', { answers: [opt()] }],
    ['OPT in AUTHORITY', { authorities: [opt()] }],
    ['OPT that is not owned by the root', { additionals: [opt({ owner: name('example.org') })] }],
    ['an option past RDLEN', { additionals: [opt({ options: hex('000f 0009 0006') })] }],
    [
      'a record behind OPT that runs past the end',
      { additionals: [opt(), concat(owner, hex('0001 0001 00000000 0009'))] },
    ],
    ['a CNAME without target', { answers: [record(owner, 5, 60, hex(''))] }],
    ['a CNAME with octets behind its target', { answers: [record(owner, 5, 60, concat(name('a'), hex('00')))] }],
    ['a CNAME whose target runs past RDATA', { answers: [record(owner, 5, 60, hex('0361'))] }],
    ['17 CNAMEs', { answers: Array.from({ length: CNAME_CHAIN_MAX + 1 }, () => record(owner, 5, 60, owner)) }],
    ['a service without target', { answers: [record(owner, 65, 60, hex('0001'))] }],
    [
      'more services than are noted',
      {
        answers: Array.from({ length: SERVICE_TARGETS_MAX + 1 }, () =>
          record(owner, 65, 60, concat(hex('0001'), name('a'))),
        ),
      },
    ],
    ['an SOA without MINIMUM', { authorities: [record(owner, 6, 60, soaRdata(1).subarray(0, -4))] }],
    ['an SOA with octets behind it', { authorities: [record(owner, 6, 60, concat(soaRdata(1), hex('00')))] }],
    ['more records than are noted', { answers: tooManyRecords }],
  ];
  for (const [what, fields] of broken) {
    test(what, () => assert.equal(read(answer(fields)).fault, ANSWER_FAULT.FORMAT));
  }

  test('cut short anywhere', () => {
    const whole = answer({
      answers: [address(60)],
      authorities: [record(owner, 6, 60, soaRdata(1))],
      additionals: [opt({ options: option(15, hex('000f')) })],
    });
    for (let length = 0; length < whole.length; length++) {
      assert.equal(readAnswer(whole, length, new AnswerFacts()), ANSWER_FAULT.FORMAT, `length ${length}`);
    }
  });

  test('more than 65,535 octets', () => {
    const whole = concat(answer({}), new Uint8Array(65_536));
    assert.equal(readAnswer(whole, 65_535, new AnswerFacts()), ANSWER_FAULT.NONE);
    assert.equal(readAnswer(whole, 65_536, new AnswerFacts()), ANSWER_FAULT.FORMAT);
  });

  test('W12 a 64 KiB staircase of pointers: names are walked, never climbed, and the 17th CNAME ends it', () => {
    const message = staircase(8000);
    assert.ok(message.length > 65_500);
    const { fault, facts } = read(message);
    assert.equal(fault, ANSWER_FAULT.FORMAT);
    assert.equal(facts.cnameCount, CNAME_CHAIN_MAX);
  });
});

describe('the question of an answer', () => {
  const asked = message({ questions: [questionOf(1)] });
  const same = (questions: Uint8Array) =>
    sameQuestion(asked, message({ flags: FLAGS_RESPONSE, questions: [questions] }));

  test('is the same in another letter case', () => assert.ok(same(question(name('eXAMPLE.oRG'), 1))));
  test('is the same whatever follows', () => assert.ok(sameQuestion(asked, answer({ answers: [address(1)] }))));
  test('differs by type', () => assert.ok(!same(questionOf(28))));
  test('differs by class', () => assert.ok(!same(question(name('example.org'), 1, 3))));
  test('differs by name', () => assert.ok(!same(question(name('example.com'), 1))));
  test('differs by length', () => assert.ok(!same(question(name('example.org.uk'), 1))));
  test('differs where an octet is a length in one and a letter in the other', () => {
    const a = message({ questions: [question(nameOfLabels(Buffer.from('ab'), Buffer.from('c')), 1)] });
    const b = message({ questions: [question(nameOfLabels(Buffer.from('ab\x01c')), 1)] });
    assert.ok(!sameQuestion(a, b));
  });
});
