// Messages for property tests: valid ones, ones whose RDATA says anything, and mutations of both.

import fc from 'fast-check';
import {
  concat,
  FLAGS_QUERY,
  FLAGS_RESPONSE,
  message,
  nameOfLabels,
  type Octets,
  opt,
  option,
  pointer,
  question,
  record,
  soaRdata,
} from './messages.ts';

const bytes = (maxLength: number): fc.Arbitrary<Octets> =>
  fc.uint8Array({ maxLength }).map((octets) => new Uint8Array(octets));

/** Labels of any octets: dots, zeros, upper case, no UTF-8. */
export const label: fc.Arbitrary<Octets> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }).map((octets) => new Uint8Array(octets)),
  fc.uint8Array({ minLength: 50, maxLength: 63 }).map((octets) => new Uint8Array(octets)),
);

export const labels: fc.Arbitrary<Octets[]> = fc
  .array(label, { maxLength: 12 })
  .filter((list) => nameOfLabels(...list).length <= 255);

export const wireName: fc.Arbitrary<Octets> = labels.map((list) => nameOfLabels(...list));

const ttlSeconds = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 0xffff_ffff }));

/** Owner of a record: written out, or a pointer to the question's name. */
const owner = fc.oneof(wireName, fc.constant(pointer(12)));

/** The types that dns-packet decodes by itself, and two that it does not. */
const anyType = fc.constantFrom(
  ...[1, 2, 5, 6, 10, 12, 13, 15, 16, 17, 28, 33, 35, 39, 41, 43, 44, 46, 47, 48, 50, 52, 257],
  65,
  65_280,
);

const shapedRecord = fc.oneof(
  fc.tuple(owner, ttlSeconds, fc.uint8Array({ minLength: 4, maxLength: 4 })).map(([o, t, d]) => record(o, 1, t, d)),
  fc.tuple(owner, ttlSeconds, fc.uint8Array({ minLength: 16, maxLength: 16 })).map(([o, t, d]) => record(o, 28, t, d)),
  fc.tuple(owner, ttlSeconds, owner).map(([o, t, target]) => record(o, 5, t, target)),
  fc.tuple(owner, ttlSeconds, wireName).map(([o, t, target]) => record(o, 15, t, concat(Uint8Array.of(0, 10), target))),
  fc.tuple(owner, ttlSeconds, bytes(40)).map(([o, t, d]) => record(o, 16, t, concat(Uint8Array.of(d.length), d))),
  fc.tuple(owner, ttlSeconds, bytes(40)).map(([o, t, d]) => record(o, 65_280, t, d)),
);

const soa = fc.tuple(owner, ttlSeconds, ttlSeconds).map(([o, t, minimum]) => record(o, 6, t, soaRdata(minimum)));

const cookieBytes = fc.oneof(fc.constantFrom(8, 24), fc.integer({ min: 16, max: 40 }));
const optionOfClient = fc.oneof(
  fc.tuple(fc.constantFrom(3, 12, 15, 65_001), bytes(20)).map(([code, data]) => option(code, data)),
  cookieBytes
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
    .map((data) => option(10, data)),
  fc.constant(option(11, new Uint8Array())),
);

const optOfClient = fc
  .record({
    size: fc.integer({ min: 0, max: 0xffff }),
    flags: fc.constantFrom(0, 0x8000, 0xffff),
    options: fc.array(optionOfClient, { maxLength: 4 }).map((list) => concat(...list)),
  })
  .map(opt);

const type16 = fc.integer({ min: 0, max: 0xffff });

/** Queries without fault. */
export const validQuery: fc.Arbitrary<Octets> = fc
  .record({
    id: type16,
    flags: fc.constantFrom(FLAGS_QUERY, 0, 0x0110, 0x07f0),
    owner: wireName,
    type: type16,
    opt: fc.option(optOfClient),
  })
  .map((q) =>
    message({
      id: q.id,
      flags: q.flags,
      questions: [question(q.owner, q.type)],
      additionals: q.opt === null ? [] : [q.opt],
    }),
  );

/** Responses without fault. */
export const validAnswer: fc.Arbitrary<Octets> = fc
  .record({
    flags: fc.constantFrom(FLAGS_RESPONSE, 0x8183, 0x81b0),
    owner: wireName,
    type: type16,
    answers: fc.array(shapedRecord, { maxLength: 6 }),
    authorities: fc.array(fc.oneof(soa, shapedRecord), { maxLength: 2 }),
    additionals: fc.array(shapedRecord, { maxLength: 2 }),
    opt: fc.option(optOfClient),
  })
  .map((a) =>
    message({
      flags: a.flags,
      questions: [question(a.owner, a.type)],
      answers: a.answers,
      authorities: a.authorities,
      additionals: a.opt === null ? a.additionals : [...a.additionals, a.opt],
    }),
  );

/** Sound frames with any RDATA under any type: what a decoder meets when it believes the type. */
export const oddRdata: fc.Arbitrary<Octets> = fc
  .record({
    owner: fc.oneof(wireName, fc.constant(Uint8Array.of(0))),
    records: fc.array(
      fc.tuple(owner, anyType, fc.oneof(bytes(3), bytes(40))).map(([o, type, rdata]) => record(o, type, 60, rdata)),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map((m) => message({ flags: FLAGS_RESPONSE, questions: [question(m.owner, 1)], answers: m.records }));

interface Mutation {
  readonly kind: 'set' | 'cut' | 'insert' | 'count' | 'point';
  /** Where, as a share of the length. */
  readonly at: number;
  readonly value: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('set', 'cut', 'insert', 'count', 'point'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  value: type16,
});

function mutate(original: Octets, { kind, at, value }: Mutation): Octets {
  const offset = Math.floor(at * original.length);
  const copy = original.slice();
  switch (kind) {
    case 'set':
      copy[offset] = value;
      return copy;
    case 'cut':
      return copy.slice(0, offset);
    case 'insert':
      return concat(copy.slice(0, offset), Uint8Array.of(value), copy.slice(offset));
    case 'count':
      if (copy.length >= 12) copy[4 + (offset & 7)] = value;
      return copy;
    case 'point':
      copy[offset] = 0xc0;
      copy[offset + 1] = value;
      return copy;
  }
}

/** Any octets, and messages with a few octets wrong. */
export const hostileMessage: fc.Arbitrary<Octets> = fc.oneof(
  { weight: 1, arbitrary: bytes(80) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.oneof(validQuery, validAnswer, oddRdata), fc.array(mutation, { maxLength: 3 }))
      .map(([original, mutations]) => mutations.reduce(mutate, original)),
  },
);
