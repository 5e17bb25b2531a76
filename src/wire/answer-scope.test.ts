import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hostileMessage, validAnswer } from '../../test/fuzz/wire/arbitraries.ts';
import {
  concat,
  FLAGS_RESPONSE,
  hex,
  message,
  name,
  type Octets,
  pointer,
  question,
  record,
  soaRdata,
  staircase,
  uint16,
} from '../../test/fuzz/wire/messages.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from './answer-reader.ts';
import { rebuildAnswer } from './answer-rebuild.ts';
import { AnswerScope, DROPPED, NAME_WORK_MAX, SCOPE } from './answer-scope.ts';
import { readAnswerCount, readAuthorityCount } from './header.ts';
import { nameToText } from './name-text.ts';
import { expandName } from './name.ts';
import { TYPE } from './numbers.ts';

const ADDRESS = hex('c0000201');
const a = (owner: string, klass = 1) => record(name(owner), TYPE.A, 60, ADDRESS, klass);
const cname = (owner: string, target: string) => record(name(owner), TYPE.CNAME, 60, name(target));
const dname = (owner: string, target: string) => record(name(owner), TYPE.DNAME, 60, name(target));
const soa = (owner: string) => record(name(owner), TYPE.SOA, 60, soaRdata(60));
const ns = (owner: string) => record(name(owner), TYPE.NS, 60, name('ns.test'));
const ds = (owner: string) => record(name(owner), TYPE.DS, 60, hex('00010802ff'));
const nsec = (owner: string) => record(name(owner), TYPE.NSEC, 60, concat(name('z.test'), hex('000140')));
const nsec3 = (owner: string) => record(name(owner), TYPE.NSEC3, 60, hex('0100000000 0101 000140'));
const rrsig = (owner: string, covered: number, signer: string) =>
  record(name(owner), TYPE.RRSIG, 60, concat(uint16(covered), new Uint8Array(16), name(signer), hex('ff')));

interface Case {
  readonly qname?: string;
  readonly qtype?: number;
  readonly flags?: number;
  readonly answers?: readonly Uint8Array[];
  readonly authorities?: readonly Uint8Array[];
  readonly dnssecOk?: boolean;
}

function build({
  qname = 'a.test',
  qtype = TYPE.A,
  flags = FLAGS_RESPONSE,
  answers = [],
  authorities = [],
}: Case): Octets {
  return message({ flags, questions: [question(name(qname), qtype)], answers, authorities });
}

/** `owner type` of what is left, ANSWER | AUTHORITY; `=` in front where nothing had to be rebuilt. */
function kept(parts: Case): string {
  const octets = build(parts);
  const facts = new AnswerFacts();
  assert.equal(readAnswer(octets, octets.length, facts), ANSWER_FAULT.NONE);
  const scope = new AnswerScope();
  const verdict = scope.judge(octets, facts, readAuthorityCount(octets), parts.dnssecOk ?? true);
  if (verdict === SCOPE.FAULT) return 'fault';
  if (verdict === SCOPE.WHOLE) return `= ${describeRecords(octets)}`;
  const out = new Uint8Array(65_535);
  const length = rebuildAnswer(octets, facts, scope, out);
  assert.ok(length > 0);
  return describeRecords(out.subarray(0, length));
}

function describeRecords(octets: Uint8Array): string {
  const facts = new AnswerFacts();
  assert.equal(readAnswer(octets, octets.length, facts), ANSWER_FAULT.NONE);
  assert.equal(facts.lengthWithoutOpt, octets.length);
  const typeNames = new Map(Object.entries(TYPE).map(([key, value]) => [value as number, key]));
  const texts: string[] = [];
  let owner = facts.questionEnd;
  for (let i = 0; i < facts.ttlCount; i++) {
    const ttl = facts.ttlOffsets[i]!;
    const expanded = new Uint8Array(255);
    expandName(octets, owner, octets.length, expanded);
    const view = new DataView(octets.buffer, octets.byteOffset);
    if (i === readAnswerCount(octets)) texts.push('|');
    texts.push(`${nameToText(expanded)} ${typeNames.get(view.getUint16(ttl - 4))}`);
    owner = ttl + 6 + view.getUint16(ttl + 4);
  }
  return texts.join(' ');
}

describe('C23 of ANSWER belongs', () => {
  const cases: readonly [string, Case, string][] = [
    ['what was asked for', { answers: [a('a.test'), a('a.test')] }, '= a.test A a.test A'],
    ['the same in another letter case', { answers: [a('A.Test')] }, '= A.Test A'],
    ['not the record of another name', { answers: [a('a.test'), a('bank.test')] }, 'a.test A'],
    ['not a name above or below', { answers: [a('test'), a('a.test'), a('b.a.test')] }, 'a.test A'],
    ['not a name that ends alike', { answers: [a('a.test'), a('aa.test')] }, 'a.test A'],
    [
      'not another type of the same name',
      { answers: [a('a.test'), record(name('a.test'), TYPE.TXT, 60, hex('0161'))] },
      'a.test A',
    ],
    ['not another class', { answers: [a('a.test'), a('a.test', 3)] }, 'a.test A'],
    [
      'a chain and its end',
      { answers: [cname('a.test', 'b.test'), cname('b.test', 'c.org'), a('c.org')] },
      '= a.test CNAME b.test CNAME c.org A',
    ],
    ['a chain without an end', { answers: [cname('a.test', 'b.test')] }, '= a.test CNAME'],
    [
      'a chain in any order, put in order',
      { answers: [a('c.org'), cname('b.test', 'c.org'), cname('a.test', 'b.test')] },
      'a.test CNAME b.test CNAME c.org A',
    ],
    [
      'nothing beside a chain',
      { answers: [cname('a.test', 'b.test'), a('b.test'), a('bank.test'), cname('x.test', 'y.test')] },
      'a.test CNAME b.test A',
    ],
    [
      'of several CNAMEs of one name the first',
      { answers: [cname('a.test', 'b.test'), cname('a.test', 'c.test'), a('b.test'), a('c.test')] },
      'a.test CNAME b.test A',
    ],
    [
      'a CNAME and other data',
      { answers: [a('a.test'), cname('a.test', 'b.test'), a('b.test')] },
      '= a.test A a.test CNAME b.test A',
    ],
    [
      'a CNAME that was asked for, and not its target',
      { qtype: TYPE.CNAME, answers: [cname('a.test', 'b.test'), cname('b.test', 'c.test'), a('b.test')] },
      'a.test CNAME',
    ],
    [
      'a CNAME that was asked for and leads to itself',
      { qtype: TYPE.CNAME, answers: [cname('a.test', 'a.test')] },
      '= a.test CNAME',
    ],
    [
      'every type where ANY was asked for',
      { qtype: TYPE.ANY, answers: [a('a.test'), ns('a.test'), cname('a.test', 'b.test'), a('b.test')] },
      'a.test A a.test NS a.test CNAME',
    ],
    [
      'a DNAME above the name with the CNAME made of it',
      { answers: [dname('test', 'org'), cname('a.test', 'a.org'), a('a.org')] },
      '= test DNAME a.test CNAME a.org A',
    ],
    [
      'a DNAME in the middle of the chain',
      { answers: [cname('a.test', 'a.b.test'), dname('b.test', 'org'), cname('a.b.test', 'a.org'), a('a.org')] },
      '= a.test CNAME b.test DNAME a.b.test CNAME a.org A',
    ],
    [
      'not a DNAME that nothing of the chain lies below',
      { answers: [dname('bank.test', 'org'), a('a.test')] },
      'a.test A',
    ],
    [
      'a DNAME above an alias that was asked for, and its signature',
      {
        qname: 'b.a.test',
        qtype: TYPE.CNAME,
        answers: [dname('a.test', 'org'), rrsig('a.test', TYPE.DNAME, 'test'), cname('b.a.test', 'b.org')],
      },
      '= a.test DNAME a.test RRSIG b.a.test CNAME',
    ],
    [
      'a DNAME above the name whose own was asked for, and its signature',
      {
        qname: 'b.a.test',
        qtype: TYPE.DNAME,
        answers: [
          dname('a.test', 'org'),
          rrsig('a.test', TYPE.DNAME, 'test'),
          cname('b.a.test', 'b.org'),
          dname('b.org', 'net'),
        ],
      },
      '= a.test DNAME a.test RRSIG b.a.test CNAME b.org DNAME',
    ],
    [
      'not a DNAME above a name without an alias',
      { qtype: TYPE.DNAME, answers: [dname('test', 'org'), dname('a.test', 'net')] },
      'a.test DNAME',
    ],
    ['a DNAME that was asked for', { qtype: TYPE.DNAME, answers: [dname('a.test', 'b.test')] }, '= a.test DNAME'],
    [
      'signatures of all that',
      {
        answers: [
          cname('a.test', 'b.test'),
          rrsig('a.test', TYPE.CNAME, 'test'),
          a('b.test'),
          rrsig('b.test', TYPE.A, 'test'),
        ],
      },
      '= a.test CNAME a.test RRSIG b.test A b.test RRSIG',
    ],
    [
      'the signature of a DNAME',
      { answers: [dname('test', 'org'), rrsig('test', TYPE.DNAME, 'test'), cname('a.test', 'a.org'), a('a.org')] },
      '= test DNAME test RRSIG a.test CNAME a.org A',
    ],
    ['not a signature of another type', { answers: [a('a.test'), rrsig('a.test', TYPE.TXT, 'test')] }, 'a.test A'],
    ['not a signature of another name', { answers: [a('a.test'), rrsig('bank.test', TYPE.A, 'test')] }, 'a.test A'],
    [
      'D05 no signature without DO',
      { dnssecOk: false, answers: [a('a.test'), rrsig('a.test', TYPE.A, 'test')] },
      'a.test A',
    ],
    [
      'D05 signatures that were asked for by type, also without DO',
      { dnssecOk: false, qtype: TYPE.RRSIG, answers: [rrsig('a.test', TYPE.A, 'test')] },
      '= a.test RRSIG',
    ],
    [
      'D05 an NSEC that was asked for by type, also without DO',
      { dnssecOk: false, qtype: TYPE.NSEC, answers: [nsec('a.test')] },
      '= a.test NSEC',
    ],
    ['nothing where nothing was sent', {}, '= '],
    [
      'with an SOA, nothing where nothing fits',
      { answers: [a('bank.test')], authorities: [soa('test')] },
      'test SOA'.replace(/^/, '| '),
    ],
    ['nothing of a failure', { flags: 0x8182, answers: [a('bank.test')] }, ''],
    [
      'nothing of an NXDOMAIN but its chain',
      { flags: 0x8183, answers: [cname('a.test', 'b.test'), a('bank.test')], authorities: [soa('test')] },
      'a.test CNAME | test SOA',
    ],
  ];
  for (const [what, parts, expected] of cases) test(what, () => assert.equal(kept(parts), expected));

  test('a chain of 16, whose names are compressed', () => {
    const names = Array.from({ length: 17 }, (_, i) => `n${String.fromCharCode(97 + i)}.test`);
    const links = names.slice(0, 16).map((owner, i) => cname(owner, names[i + 1]!));
    assert.match(kept({ qname: 'na.test', answers: [...links, a('nq.test')] }), /^= na\.test CNAME .* nq\.test A$/);
    assert.match(
      kept({ qname: 'na.test', answers: [a('nq.test'), ...links.toReversed()] }),
      /^na\.test CNAME .* nq\.test A$/,
    );
  });

  test('names are the same wherever their pointers lead', () => {
    const first = 12 + name('a.test').length + 4;
    // The target of the CNAME stands behind an owner of two octets and ten of fields.
    const chain = [
      record(pointer(12), TYPE.CNAME, 60, concat(hex('0162'), pointer(14))),
      record(pointer(first + 12), TYPE.A, 60, ADDRESS),
    ];
    assert.equal(kept({ answers: chain }), '= a.test CNAME b.test A');
  });
});

describe('C23 not usable at all is', () => {
  const faults: readonly [string, Case][] = [
    ['an answer that speaks of another name alone', { answers: [a('bank.test')] }],
    ['an answer of another type alone', { qtype: TYPE.AAAA, answers: [a('a.test')] }],
    ['a CNAME that leads to itself', { answers: [cname('a.test', 'A.TEST')] }],
    [
      'a chain that leads back',
      { answers: [cname('a.test', 'b.test'), cname('b.test', 'c.test'), cname('c.test', 'b.test')] },
    ],
    ['a DNAME without the CNAME made of it', { answers: [dname('test', 'org'), a('a.org')] }],
    [
      'an SOA of another name beside records of another name',
      { answers: [a('bank.test')], authorities: [soa('bank.test')] },
    ],
  ];
  for (const [what, parts] of faults) test(what, () => assert.equal(kept(parts), 'fault'));
});

describe('C23 of AUTHORITY belongs', () => {
  const positive = [a('a.test')];
  const cases: readonly [string, Case, string][] = [
    ['the SOA of a zone above the name', { authorities: [soa('test')] }, '= | test SOA'],
    ['the SOA of the root, and of the name itself', { authorities: [soa(''), soa('a.test')] }, '= | . SOA a.test SOA'],
    ['not the SOA of another zone', { authorities: [soa('bank.test')] }, ''],
    [
      'the SOA of the zone where the chain ends',
      { answers: [cname('a.test', 'b.org')], authorities: [soa('org')] },
      '= a.test CNAME | org SOA',
    ],
    [
      'not the SOA of the zone where the chain begins',
      { answers: [cname('a.test', 'b.org')], authorities: [soa('test')] },
      'a.test CNAME',
    ],
    ['NS of a zone above the name', { answers: positive, authorities: [ns('test')] }, '= a.test A | test NS'],
    [
      'not NS of a name below or beside',
      { answers: positive, authorities: [ns('b.a.test'), ns('bank.test')] },
      'a.test A',
    ],
    ['no other type', { answers: positive, authorities: [a('a.test'), cname('a.test', 'b.test')] }, 'a.test A'],
    ['no other class', { authorities: [record(name('test'), TYPE.SOA, 60, soaRdata(60), 3)] }, ''],
    [
      'proofs of the zone, in any order, with signatures',
      {
        authorities: [nsec('0.test'), rrsig('0.test', TYPE.NSEC, 'test'), soa('test'), rrsig('test', TYPE.SOA, 'test')],
      },
      '= | 0.test NSEC 0.test RRSIG test SOA test RRSIG',
    ],
    [
      'a proof that a wildcard was rightly used, without SOA',
      { answers: positive, authorities: [nsec('0.test'), rrsig('0.test', TYPE.NSEC, 'test')] },
      '= a.test A | 0.test NSEC 0.test RRSIG',
    ],
    [
      'NSEC3 of the zone',
      { authorities: [soa('test'), nsec3('abcd.test'), rrsig('abcd.test', TYPE.NSEC3, 'test')] },
      '= | test SOA abcd.test NSEC3 abcd.test RRSIG',
    ],
    [
      'proofs of the zones of an alias and of its target',
      {
        answers: [cname('a.test', 'b.org')],
        authorities: [
          soa('org'),
          nsec('0.org'),
          rrsig('0.org', TYPE.NSEC, 'org'),
          nsec('0.test'),
          rrsig('0.test', TYPE.NSEC, 'test'),
        ],
      },
      '= a.test CNAME | org SOA 0.org NSEC 0.org RRSIG 0.test NSEC 0.test RRSIG',
    ],
    [
      'not a proof of another zone',
      { authorities: [soa('test'), nsec('0.bank.org'), rrsig('0.bank.org', TYPE.NSEC, 'bank.org')] },
      '| test SOA',
    ],
    ['not a proof of which nobody says the zone', { answers: positive, authorities: [nsec('0.test')] }, 'a.test A'],
    [
      'DS and its proof',
      { authorities: [ns('a.test'), ds('a.test'), rrsig('a.test', TYPE.DS, 'test')] },
      '= | a.test NS a.test DS a.test RRSIG',
    ],
    [
      'D05 neither proofs nor signatures without DO',
      {
        dnssecOk: false,
        authorities: [
          soa('test'),
          rrsig('test', TYPE.SOA, 'test'),
          nsec('0.test'),
          rrsig('0.test', TYPE.NSEC, 'test'),
          ds('a.test'),
        ],
      },
      '| test SOA',
    ],
  ];
  for (const [what, parts, expected] of cases) test(what, () => assert.equal(kept(parts), expected));

  test('an RRSIG too short to say what it signs is dropped', () => {
    for (const octets of ['', '00', '0001', '00060000']) {
      const short = record(name('test'), TYPE.RRSIG, 60, hex(octets));
      assert.doesNotMatch(
        kept({ authorities: [soa('test'), short] }).replace('= ', ''),
        octets === '00060000' ? /NSEC/ : /RRSIG/,
      );
      assert.equal(
        kept({ answers: [a('a.test'), record(name('a.test'), TYPE.RRSIG, 60, hex(octets.slice(0, 2)))] }),
        'a.test A',
      );
    }
  });
});

/** Judging never throws, and what is rebuilt is whole when judged again. */
function checkScope(octets: Uint8Array): void {
  const facts = new AnswerFacts();
  if (readAnswer(octets, octets.length, facts) !== ANSWER_FAULT.NONE) return;
  const scope = new AnswerScope();
  for (const dnssecOk of [true, false]) {
    const verdict = scope.judge(octets, facts, readAuthorityCount(octets), dnssecOk);
    if (verdict === SCOPE.FAULT) continue;
    const out = new Uint8Array(65_535);
    const length = rebuildAnswer(octets, facts, scope, out);
    if (length < 0) continue;
    const again = new AnswerFacts();
    const copy = out.subarray(0, length);
    assert.equal(readAnswer(copy, length, again), ANSWER_FAULT.NONE);
    assert.equal(again.lengthWithoutOpt, length);
    assert.equal(scope.judge(copy, again, readAuthorityCount(copy), dnssecOk), SCOPE.WHOLE);
    assert.ok(!scope.ranks.subarray(0, scope.recordCount).includes(DROPPED));
  }
}

test('W12 any octets: judging ends, and what is kept of an answer is whole', () => {
  fc.assert(fc.property(hostileMessage, checkScope), { seed: 20_261_122, numRuns: 2000 });
  fc.assert(fc.property(validAnswer, checkScope), { seed: 20_261_122, numRuns: 1000 });
});

test('any mixture of records: every address and alias that is kept stands where the question leads', () => {
  const anyName = fc.constantFrom('a.test', 'b.test', 'c.org', 'test', 'bank.test', 'x.a.test');
  const link = fc.tuple(anyName, anyName);
  const anyRecord = fc.oneof(
    anyName.map((owner) => ({ octets: a(owner), link: undefined })),
    link.map(([owner, target]) => ({ octets: cname(owner, target), link: [owner, target] as const })),
    link.map(([owner, target]) => ({ octets: dname(owner, target), link: undefined })),
    fc
      .tuple(anyName, fc.constantFrom(TYPE.A, TYPE.CNAME, TYPE.NSEC))
      .map(([owner, type]) => ({ octets: rrsig(owner, type, 'test'), link: undefined })),
    anyName.map((owner) => ({ octets: soa(owner), link: undefined })),
    anyName.map((owner) => ({ octets: nsec(owner), link: undefined })),
  );
  const sections = fc.tuple(fc.array(anyRecord, { maxLength: 8 }), fc.array(anyRecord, { maxLength: 4 }));
  const property = fc.property(sections, ([answers, authorities]) => {
    const parts = {
      answers: answers.map(({ octets }) => octets),
      authorities: authorities.map(({ octets }) => octets),
    };
    checkScope(build(parts));
    const reachable = new Set(['a.test']);
    for (let round = 0; round < 8; round++)
      for (const { link } of answers) if (link !== undefined && reachable.has(link[0])) reachable.add(link[1]);
    const left = kept(parts).split('|')[0]!;
    for (const [, owner] of left.matchAll(/(\S+) (?:A|CNAME)\b/g)) assert.ok(reachable.has(owner!), left);
  });
  fc.assert(property, { seed: 20_261_122, numRuns: 2000 });
});

/** What judging and rebuilding cost, in octets of names; and what came of it. */
function nameWorkOf(octets: Octets, dnssecOk = true): { work: number; isUsable: boolean } {
  const facts = new AnswerFacts();
  assert.equal(readAnswer(octets, octets.length, facts), ANSWER_FAULT.NONE);
  const scope = new AnswerScope();
  const verdict = scope.judge(octets, facts, readAuthorityCount(octets), dnssecOk);
  const isRebuilt = verdict === SCOPE.PARTS && rebuildAnswer(octets, facts, scope, new Uint8Array(65_535)) >= 0;
  return { work: scope.nameWork.octets, isUsable: verdict === SCOPE.WHOLE || isRebuilt };
}

/** What one record may cost beyond the bound before that is seen. */
const ONE_RECORD = 20_000;
const QUESTION_END = 12 + 3 + 4;

/** A record of the question's own whose RDATA is names, each a label and a pointer to the one before; and pointers to the longest. */
function stairs(count: number, labelOctets: string): { first: Octets; tops: Octets[] } {
  const start = QUESTION_END + 12;
  const steps: Uint8Array[] = [hex('00')];
  const tops: Octets[] = [];
  let at = start + 1;
  let before = start;
  for (let i = 0; i < count; i++) {
    // None is longer than a name may be, or has more pointers.
    const step = concat(hex(labelOctets), pointer(i % 120 === 0 ? start : before));
    steps.push(step);
    before = at;
    at += step.length;
    if (i % 120 > 100) tops.push(pointer(before));
  }
  return { first: record(pointer(12), 65_280, 60, concat(...steps)), tops };
}

/** As many of these records as are read. */
function flood(qtype: number, first: Octets, more: readonly Octets[], isAuthority = false): Octets {
  const room = 65_535 - QUESTION_END - first.length;
  const count = Math.min(4000, Math.floor(room / Math.max(...more.map(({ length }) => length))));
  const records = Array.from({ length: count }, (_, i) => more[i % more.length]!);
  return message({
    flags: FLAGS_RESPONSE,
    questions: [question(name('a'), qtype)],
    answers: isAuthority ? [first] : [first, ...records],
    authorities: isAuthority ? records : [],
  });
}

describe('W12 the names of a hostile answer are followed only so far', () => {
  const empty = new Uint8Array();
  for (const [what, label] of [
    ['pointers', ''],
    ['labels and pointers', '0162'],
  ] as const) {
    const { first, tops } = stairs(2400, label);
    const signature = concat(uint16(TYPE.NSEC), new Uint8Array(16), tops[0]!);
    for (const [where, octets] of [
      [
        'owners',
        flood(
          TYPE.A,
          first,
          tops.map((top) => record(top, TYPE.A, 60, empty)),
        ),
      ],
      [
        'owners of aliases',
        flood(
          TYPE.A,
          first,
          tops.map((top) => record(top, TYPE.DNAME, 60, pointer(12))),
        ),
      ],
      [
        'owners in AUTHORITY',
        flood(
          TYPE.A,
          first,
          tops.map((top) => record(top, TYPE.NS, 60, pointer(12))),
          true,
        ),
      ],
      [
        'owners of proofs',
        flood(
          TYPE.A,
          first,
          tops.map((top) => record(top, TYPE.NSEC, 60, empty)),
          true,
        ),
      ],
      [
        'signers',
        flood(
          TYPE.A,
          first,
          tops.map((top) => record(top, TYPE.RRSIG, 60, signature)),
          true,
        ),
      ],
      [
        'RDATA',
        flood(
          14,
          first,
          tops.map((top) => record(pointer(12), 14, 60, concat(top, top))),
        ),
      ],
    ] as const)
      test(`${where} that are staircases of ${what}, each another`, () => {
        const { work, isUsable } = nameWorkOf(octets);
        assert.ok(work > NAME_WORK_MAX / 2, 'it is a flood');
        assert.ok(work <= NAME_WORK_MAX + ONE_RECORD, `${work} octets`);
        assert.ok(!isUsable || work <= NAME_WORK_MAX);
      });
  }

  test('one name that all records share is written out once', () => {
    const { first, tops } = stairs(2400, '0162');
    const { work } = nameWorkOf(flood(TYPE.A, first, [record(tops[0]!, TYPE.A, 60, ADDRESS)]));
    assert.ok(work < 2000, `${work} octets`);
  });

  test('names that differ in their last label alone', () => {
    const alike = (i: number): string => `${'a.'.repeat(122)}${String.fromCharCode(97 + i)}.c`;
    const chain = Array.from({ length: 15 }, (_, i) => cname(alike(i), alike(i + 1)));
    const last = record(name(alike(15)), 65_280, 60, name(alike(25)));
    const before = build({ qname: alike(0), answers: [...chain, last] });
    const owner = pointer(before.length - name(alike(25)).length);
    const more = Array.from({ length: 3500 }, () => record(owner, TYPE.A, 60, empty));
    const { work, isUsable } = nameWorkOf(build({ qname: alike(0), answers: [...chain, last, ...more] }));
    assert.ok(work > NAME_WORK_MAX && work <= NAME_WORK_MAX + ONE_RECORD, `${work} octets`);
    assert.ok(!isUsable);
  });

  test('as far as 64 KiB without a pointer need', () => {
    const owner = 'a-name-of-some-length.in-a-zone.example.com';
    const one = a(owner);
    const answers = Array.from({ length: Math.floor(65_000 / one.length) }, () => one);
    const stray = a('stray.test');
    assert.deepEqual(nameWorkOf(build({ qname: owner, answers })).isUsable, true);
    assert.deepEqual(nameWorkOf(build({ qname: owner, answers: [stray, ...answers] })).isUsable, true);
  });

  test('as far as the largest set of addresses needs', () => {
    const one = record(pointer(12), TYPE.A, 60, ADDRESS);
    const answers = [a('stray.test'), ...Array.from({ length: 3900 }, () => one)];
    assert.ok(nameWorkOf(build({ answers: answers.slice(0, 2500) })).isUsable);
    assert.ok(nameWorkOf(build({ answers: answers.slice(1) })).isUsable);
  });
});

/** The message without the records that do not belong. */
function rebuilt(octets: Octets): Octets {
  const facts = new AnswerFacts();
  assert.equal(readAnswer(octets, octets.length, facts), ANSWER_FAULT.NONE);
  const scope = new AnswerScope();
  assert.equal(scope.judge(octets, facts, readAuthorityCount(octets), true), SCOPE.PARTS);
  const out = new Uint8Array(65_535 + 255);
  const length = rebuildAnswer(octets, facts, scope, out);
  assert.ok(length > 0, 'not rebuilt');
  return out.subarray(0, length);
}

describe('C23 an answer with one stray record grows by none', () => {
  const stray = a('stray.test');

  test('where its records are owned by the name that was asked for, however they write it', () => {
    const qname = `${'x'.repeat(60)}.example.test`;
    const pointing = Array.from({ length: 2000 }, () => record(pointer(12), TYPE.A, 60, ADDRESS));
    assert.equal(
      rebuilt(build({ qname, answers: [stray, ...pointing] })).length,
      build({ qname, answers: pointing }).length,
    );
    const spelled = Array.from({ length: 500 }, () => a(qname.toUpperCase()));
    const length = build({ qname, answers: pointing.slice(0, 500) }).length;
    assert.equal(rebuilt(build({ qname, answers: [stray, ...spelled] })).length, length);
  });

  test('where they are owned by the target of an alias', () => {
    const alias = cname('a.test', 'target.of.an.alias.test');
    const targetAt = 12 + name('a.test').length + 4 + alias.length - name('target.of.an.alias.test').length;
    const pointing = Array.from({ length: 2000 }, () => record(pointer(targetAt), TYPE.A, 60, ADDRESS));
    const whole = build({ answers: [alias, ...pointing] });
    const smaller = rebuilt(build({ answers: [alias, ...pointing, stray] }));
    assert.ok(smaller.length <= whole.length + name('target.of.an.alias.test').length, `${smaller.length}`);
    assert.equal(describeRecords(smaller), describeRecords(whole));
  });

  test('where names stand further on than a pointer leads: they are written out, and are what they were', () => {
    const qname = 'a.zone.example.test';
    const large = Array.from({ length: 70 }, () => record(pointer(12), TYPE.TXT, 60, new Uint8Array(256).fill(255)));
    const parts = { qname, qtype: TYPE.TXT, answers: large, authorities: [ns('example.test'), ns('example.test')] };
    const whole = build(parts);
    assert.ok(whole.length > 0x4000);
    const smaller = rebuilt(build({ ...parts, answers: [a('stray.test'), ...large] }));
    assert.equal(describeRecords(smaller), describeRecords(whole));
    assert.equal(smaller.length, whole.length);
  });

  test('where it has no more room than a message', () => {
    const qname = `${'x'.repeat(60)}.${'y'.repeat(60)}.test`;
    const most = Math.floor((65_535 - build({ qname }).length - stray.length) / 528);
    const full = Array.from({ length: most }, () => record(pointer(12), TYPE.A, 60, ADDRESS));
    const large = record(pointer(12), TYPE.A, 60, new Uint8Array(65_535 - build({ qname, answers: full }).length - 12));
    const octets = build({ qname, answers: [...full, large] });
    assert.equal(octets.length, 65_535);
    const parts = build({ qname, answers: [...full, record(name('s'), TYPE.A, 60, ADDRESS), large.subarray(0, -17)] });
    new DataView(parts.buffer).setUint16(parts.length - large.length + 17 + 10, large.length - 12 - 17);
    assert.equal(rebuilt(parts).length, 65_535 - 17);
  });
});

test('W12 an answer of the most records that are read is judged and rebuilt', () => {
  checkScope(staircase(100));
  const signature = record(pointer(12), TYPE.RRSIG, 60, hex('0001'));
  checkScope(build({ qtype: TYPE.RRSIG, answers: Array.from({ length: 4000 }, () => signature) }));
});
