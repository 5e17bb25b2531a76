import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import fc from 'fast-check';
import {
  concat,
  FLAGS_RESPONSE,
  hex,
  message,
  name as wireOf,
  pointer,
  question,
  record as recordOf,
} from '../../test/fuzz/wire/messages.ts';
import { Derivation } from '../data-plane/derivation/derivation.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from './answer-reader.ts';
import { writeDerivedAnswer } from './derived-answer.ts';
import { FLAG_AD, MESSAGE_MAX_BYTES } from './header.ts';
import { embedIpv4, isNotGlobalIpv4, WELL_KNOWN_EMBEDDING } from './ipv4-embedding.ts';
import { addressToText, parseAddress } from './ip-address.ts';
import { nameFromText } from './name-text.ts';
import { TYPE } from './numbers.ts';
import { QueryFacts, readQuery } from './query-reader.ts';

const CLIENT = 'client.example';
const TARGET = 'target.example.net';

const label = fc.stringMatching(/^[a-z0-9]{1,12}$/);
const name = fc.oneof(
  fc.constantFrom(TARGET, 'cdn.example.org', 'example.net', '.'),
  fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
);
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((octets) => octets.join('.'));
const record: fc.Arbitrary<dnsPacket.Answer> = fc
  .tuple(
    name,
    fc.nat(100_000),
    fc.oneof(
      ipv4.map((data) => ({ type: 'A' as const, data })),
      fc.constantFrom('2001:db8::1', '::ffff:909:909').map((data) => ({ type: 'AAAA' as const, data })),
      name.map((data) => ({ type: 'CNAME' as const, data })),
      name.map((data) => ({ type: 'NS' as const, data })),
      name.map((exchange) => ({ type: 'MX' as const, data: { preference: 1, exchange } })),
    ),
  )
  .map(([owner, ttl, rest]) => ({ name: owner, ttl, ...rest }) as dnsPacket.Answer);
const records = fc.array(record, { maxLength: 8 });

/** As a message has it that holds nothing else. */
function encodeRecord(one: dnsPacket.Answer): Buffer {
  return dnsPacket.encode({ type: 'response', answers: [one] }).subarray(12);
}

/** Compressed, as real servers send it: pointers to the question where an owner is the question's name. */
function encode(
  question: dnsPacket.Question,
  answers: readonly dnsPacket.Answer[],
  authorities: readonly dnsPacket.Answer[],
): Uint8Array {
  const flags = dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | FLAG_AD;
  const message = dnsPacket.encode({
    type: 'response',
    flags,
    questions: [question],
    answers: [...answers],
    authorities: [...authorities],
  });
  const owner = Buffer.from(nameFromText(question.name)!);
  const head = message.subarray(0, 12 + owner.length + 4);
  let body = Buffer.alloc(0);
  for (const one of [...answers, ...authorities]) {
    const octets = encodeRecord(one);
    const isQuestions = one.name === question.name;
    body = Buffer.concat([body, ...(isQuestions ? [Buffer.of(0xc0, 12), octets.subarray(owner.length)] : [octets])]);
  }
  return new Uint8Array(Buffer.concat([head, body]));
}

function factsOf(type: string): QueryFacts {
  const facts = new QueryFacts();
  const query = dnsPacket.encode({ type: 'query', id: 1, questions: [{ name: CLIENT, type: type as 'A' }] });
  readQuery(query, query.length, facts);
  return facts;
}

function wire(text: string): Uint8Array {
  return nameFromText(text)!;
}

function aliased(): Derivation {
  const derivation = new Derivation();
  derivation.begin();
  const [middle, target] = [wire('middle.example'), wire(TARGET)];
  derivation.addLink(wire(CLIENT), wire(CLIENT).length, middle, middle.length, 3600);
  derivation.addLink(middle, middle.length, target, target.length, 3600);
  return derivation;
}

function isEmbedded(address: string): boolean {
  return !isNotGlobalIpv4(Uint8Array.from(address.split('.'), Number), 0);
}

const out = new Uint8Array(MESSAGE_MAX_BYTES);

function derive(source: Uint8Array, type: string, derivation: Derivation): dnsPacket.DecodedPacket {
  const length = writeDerivedAnswer(source, source.length, factsOf(type), derivation, out);
  assert.ok(length > 0);
  assert.equal(readAnswer(out, length, new AnswerFacts()), ANSWER_FAULT.NONE, 'it is a sound message');
  const packet = dnsPacket.decode(Buffer.from(out.subarray(0, length)));
  assert.deepEqual(
    packet.questions!.map(({ name: asked, type: askedType }) => [asked, askedType]),
    [[CLIENT, type]],
  );
  assert.equal(packet.flags! & FLAG_AD, 0);
  return packet;
}

/** What of a record a client sees. */
function seen(one: dnsPacket.Answer): unknown {
  const { name: owner, type, ttl, data } = one as { name: string; type: string; ttl: number; data: unknown };
  return [owner, type, ttl, JSON.stringify(data)];
}

describe('an answer made of another', () => {
  test('over aliases has them in front, and every record of the other behind them', () => {
    fc.assert(
      fc.property(records, records, (answers, authorities) => {
        const source = encode({ name: TARGET, type: 'A' }, answers, authorities);
        const packet = derive(source, 'A', aliased());
        const ttl = Math.min(3600, ...[...answers, ...authorities].map((one) => (one as { ttl: number }).ttl));
        const [first, second, ...rest] = packet.answers!;
        assert.deepEqual(seen(first!), [CLIENT, 'CNAME', ttl, '"middle.example"']);
        assert.deepEqual(seen(second!), ['middle.example', 'CNAME', ttl, `"${TARGET}"`]);
        assert.deepEqual(rest.map(seen), answers.map(seen));
        assert.deepEqual(packet.authorities!.map(seen), authorities.map(seen));
      }),
      { seed: 1034 },
    );
  });

  test('by a translator has IPv6 addresses for IPv4 addresses, none private, and nothing else changed', () => {
    fc.assert(
      fc.property(records, records, fc.nat(5000), (answers, authorities, ttlMax) => {
        const derivation = new Derivation();
        derivation.begin();
        derivation.embedding = WELL_KNOWN_EMBEDDING;
        derivation.embeddedTtlMaxSeconds = ttlMax;
        const source = encode({ name: CLIENT, type: 'A' }, answers, authorities);
        const packet = derive(source, 'AAAA', derivation);
        const expected = answers.flatMap((one) => {
          if (one.type !== 'A') return [one];
          const octets = new Uint8Array(16);
          parseAddress(one.data, octets);
          if (isNotGlobalIpv4(octets, 12)) return [];
          const address = new Uint8Array(16);
          embedIpv4(WELL_KNOWN_EMBEDDING, octets, 12, address, 0);
          const data = addressToText(address);
          return [{ type: 'AAAA' as const, name: one.name, ttl: Math.min(one.ttl!, ttlMax), data }];
        });
        assert.deepEqual(packet.answers!.map(seen), expected.map(seen));
        const isLeftWithNone =
          expected.length < answers.length && !answers.some((one) => one.type === 'A' && isEmbedded(one.data));
        if (!isLeftWithNone) assert.deepEqual(packet.authorities!.map(seen), authorities.map(seen));
        else
          assert.deepEqual(
            packet.authorities!.map(({ type }) => type),
            ['SOA'],
          );
      }),
      { seed: 6147 },
    );
  });

  test('never breaks on octets that are no answer', () => {
    fc.assert(
      fc.property(
        records,
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 12 }),
        fc.nat(40),
        (answers, changes, cut) => {
          const source = encode({ name: TARGET, type: 'A' }, answers, []);
          for (const [offset, octet] of changes) source[12 + (offset % (source.length - 12))] = octet;
          const length = source.length - Math.min(cut, source.length - 12);
          for (const embedding of [undefined, WELL_KNOWN_EMBEDDING]) {
            const derivation = aliased();
            derivation.embedding = embedding;
            const written = writeDerivedAnswer(source, length, factsOf('A'), derivation, out);
            assert.ok(written >= -1 && written <= MESSAGE_MAX_BYTES);
          }
        },
      ),
      { seed: 4711, numRuns: 500 },
    );
  });

  test('leaves out signatures of records that are gone, and keeps those of aliases', () => {
    const rrsig = (typeCovered: string): dnsPacket.Answer => ({
      type: 'RRSIG',
      name: CLIENT,
      ttl: 9,
      data: {
        typeCovered: typeCovered as 'A',
        algorithm: 8,
        labels: 2,
        originalTTL: 9,
        expiration: 2,
        inception: 1,
        keyTag: 1,
        signersName: 'example',
        signature: Buffer.from([1]),
      },
    });
    const source = encode(
      { name: CLIENT, type: 'A' },
      [rrsig('CNAME'), { type: 'A', name: CLIENT, ttl: 9, data: '9.9.9.9' }, rrsig('A')],
      [],
    );
    const derivation = new Derivation();
    derivation.begin();
    derivation.embedding = WELL_KNOWN_EMBEDDING;
    derivation.embeddedTtlMaxSeconds = 600;
    assert.deepEqual(
      derive(source, 'AAAA', derivation).answers!.map(({ type }) => type),
      ['RRSIG', 'AAAA'],
    );
  });

  test('whose names are too much work is none, however short they are; as many plain ones are one', () => {
    const asked = question(wireOf(TARGET), TYPE.A);
    const stairsAt = 12 + asked.length + pointer(12).length + 10;
    const stepAt = (step: number) => stairsAt + (step === 0 ? 0 : 1 + 2 * step);
    const stairs = [wireOf('a'), ...Array.from({ length: 120 }, (_, step) => pointer(stepAt(step)))];
    const top = pointer(stepAt(120));
    const answers = (one: Uint8Array) => [
      recordOf(pointer(12), 65_280, 60, concat(...stairs)),
      ...Array.from({ length: 1500 }, () => one),
    ];
    const written = (one: Uint8Array): number => {
      const source = message({ flags: FLAGS_RESPONSE, questions: [asked], answers: answers(one) });
      return writeDerivedAnswer(source, source.length, factsOf('A'), aliased(), out);
    };
    assert.ok(written(recordOf(pointer(12), TYPE.NS, 60, pointer(stairsAt))) > 0);
    assert.equal(written(recordOf(pointer(12), TYPE.NS, 60, top)), -1);
    assert.equal(written(recordOf(top, TYPE.A, 60, hex('c0000201'))), -1);
  });

  test('that would not fit into a message is none', () => {
    const answers = Array.from({ length: 250 }, (_, index) => ({
      type: 'CNAME' as const,
      name: `${'x'.repeat(60)}.${'y'.repeat(60)}.${index}.${TARGET}`,
      ttl: 1,
      data: `${'x'.repeat(60)}.${'y'.repeat(60)}.${TARGET}`,
    }));
    const source = encode({ name: TARGET, type: 'A' }, answers, []);
    assert.ok(source.length > MESSAGE_MAX_BYTES);
    assert.equal(writeDerivedAnswer(source, source.length, factsOf('A'), aliased(), out), -1);
  });
});
