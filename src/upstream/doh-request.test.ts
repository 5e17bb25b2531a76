import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerTo } from '../../test/peers/scripted-doh-server.ts';
import { queryFor } from '../../test/peers/scripted-upstream.ts';
import type { Connection } from './connection.ts';
import { DohRequest } from './doh-request.ts';
import { ResponseHead } from './response-head.ts';
import type { Route } from './route.ts';

/** What the asker hears of a response with the given fields and body, in frames of `size` octets. */
function outcomeOf(fields: Readonly<Record<string, string>>, body: Uint8Array, size: number): string {
  let outcome = '';
  const request = new DohRequest({ where: 'here' } as Route, QUERY, {
    onAnswer: (_request, message) => {
      outcome += `answer of ${message.length}`;
    },
    onFailure: (_request, { detail }) => {
      outcome += detail;
    },
  });
  request.connection = { noteHeard() {}, noteEnded() {}, cancel() {} } as unknown as Connection;
  const head = new ResponseHead();
  for (const [name, value] of Object.entries(fields)) head.onField(name, value);
  request.onHead(head);
  for (let at = 0; at < body.length && outcome === ''; at += size) {
    const end = Math.min(body.length, at + size);
    request.onData(body, at, end, end === body.length);
  }
  if (outcome === '') request.onEnd();
  return outcome;
}

const QUERY = queryFor('www.example.org');
const ANSWER = answerTo(QUERY);
const OK = { ':status': '200', 'content-type': 'application/dns-message' };

describe('the length that a response announces', () => {
  for (const size of [7, 65_535]) {
    test(`has to be that of its body, in frames of ${size} octets`, () => {
      const announcing = (length: number) =>
        outcomeOf({ ...OK, 'content-length': `${length}` }, Uint8Array.from(ANSWER), size);
      assert.equal(announcing(ANSWER.length), `answer of ${ANSWER.length}`);
      for (const length of [0, 1, ANSWER.length - 1, ANSWER.length + 1, 65_535])
        assert.match(announcing(length), /another length than its content-length/);
    });
  }
});
