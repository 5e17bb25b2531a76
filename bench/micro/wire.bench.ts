// Reading a query, and what turns a stored answer into this client's own.

import { countDownTtls } from '../../src/memory/answer-cache/count-down.ts';
import { HEADER_BYTES } from '../../src/wire/header.ts';
import { QueryFacts, readQuery } from '../../src/wire/query-reader.ts';
import { appendAddress, appendNegativeSoa, startReply } from '../../src/wire/reply-builder.ts';
import { appendOpt } from '../../src/wire/reply-opt.ts';
import { answerTo, clientNames, queryFor } from './bench-data.ts';
import type { MicroBench } from './micro-bench.ts';

const MASK = 511;
const names = clientNames(MASK + 1);
const queries = names.map((name) => queryFor(name, false));
const queriesWithOpt = names.map((name) => queryFor(name, true));
const facts = new QueryFacts();
const out = new Uint8Array(65_535);
const answer = answerTo(queries[0]!);
const ttlOffsets = Uint16Array.of(answer.length - 10);

export const benches: readonly MicroBench[] = [
  {
    name: 'readQuery',
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        const query = queries[i & MASK]!;
        sum += readQuery(query, query.length, facts) + facts.nameLength;
      }
      return sum;
    },
  },
  {
    name: 'readQuery with OPT',
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        const query = queriesWithOpt[i & MASK]!;
        sum += readQuery(query, query.length, facts) + facts.nameLength;
      }
      return sum;
    },
  },
  {
    name: 'startReply',
    run(calls) {
      let sum = readQuery(queries[0]!, queries[0]!.length, facts);
      for (let i = 0; i < calls; i++) sum += startReply(facts, 0, out);
      return sum;
    },
  },
  {
    name: 'appendOpt',
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) sum += appendOpt(out, HEADER_BYTES + (i & MASK), 0, false);
      return sum;
    },
  },
  {
    name: 'appendAddress',
    run(calls) {
      let sum = 0;
      const address = Uint8Array.of(192, 0, 2, 1);
      for (let i = 0; i < calls; i++) sum += appendAddress(out, HEADER_BYTES + (i & MASK), address, 60);
      return sum;
    },
  },
  {
    name: 'appendNegativeSoa',
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) sum += appendNegativeSoa(out, HEADER_BYTES + (i & MASK), 60);
      return sum;
    },
  },
  {
    name: 'countDownTtls of one record',
    run(calls) {
      for (let i = 0; i < calls; i++) countDownTtls(answer, ttlOffsets, 1, i & 1);
      return answer[answer.length - 7]!;
    },
  },
];
