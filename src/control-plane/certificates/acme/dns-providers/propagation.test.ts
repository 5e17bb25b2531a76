import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpstreamOutcome } from '../../../../upstream/upstream.ts';
import { knownName } from '../../../../wire/name-text.ts';
import { textsOf } from './answer-texts.ts';
import { waitUntilVisible } from './propagation.ts';

const NAME = '_acme-challenge.example.org';

/** The answer to a question for texts at NAME; each text in strings of at most 5 octets. */
function answerWith(query: Uint8Array, texts: readonly string[]): Uint8Array {
  const question = Buffer.concat([knownName(NAME), Buffer.from([0, 16, 0, 1])]);
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(texts.length, 6);
  header.writeUInt16BE(0, 10);
  const records = texts.map((text) => {
    const strings = (text.match(/.{1,5}/g) ?? []).map((part) =>
      Buffer.concat([Buffer.of(part.length), Buffer.from(part)]),
    );
    const rdata = Buffer.concat(strings);
    return Buffer.concat([Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, rdata.length]), rdata]);
  });
  return Buffer.concat([header, question, ...records]);
}

function upstreamThat(answer: (round: number) => readonly string[] | undefined) {
  let round = 0;
  return {
    rounds: () => round,
    exchange: async (query: Uint8Array): Promise<UpstreamOutcome> => {
      const texts = answer(++round);
      if (texts === undefined) return { ok: false, code: 'timeout', detail: 'late' };
      return { ok: true, message: answerWith(query, texts), server: 'test' };
    },
  };
}

const signal = new AbortController().signal;

test('it is asked until the value is seen among others, whatever happens in between', async () => {
  const upstream = upstreamThat((round) => (round === 1 ? undefined : ['other', 'a proof in several strings']));
  const steps: string[] = [];
  const options = {
    upstream,
    propagationSeconds: 60,
    firstMilliseconds: 10,
    delaySeconds: 0,
    onStep: (text: string) => steps.push(text),
    signal,
  };
  await waitUntilVisible(options, NAME, 'a proof in several strings');
  assert.equal(upstream.rounds(), 2);
  assert.deepEqual(steps, []);
});

test('a record that is never seen has its time, then the CA may look for itself', async () => {
  const upstream = upstreamThat(() => ['other']);
  const steps: string[] = [];
  const options = {
    upstream,
    propagationSeconds: 1,
    firstMilliseconds: 10,
    delaySeconds: 0,
    onStep: (text: string) => steps.push(text),
    signal,
  };
  await waitUntilVisible(options, NAME, 'proof');
  assert.deepEqual(steps, [`the upstream does not see the record at ${NAME} yet; letting the CA look for itself`]);
});

test('without a time for it nobody is asked', async () => {
  const upstream = upstreamThat(() => assert.fail('it was asked'));
  await waitUntilVisible({ upstream, propagationSeconds: 0, delaySeconds: 0, onStep: () => {}, signal }, NAME, 'proof');
});

test('a gateway that stops does not wait', async () => {
  const stopping = new AbortController();
  const upstream = upstreamThat(() => []);
  const waiting = waitUntilVisible(
    { upstream, propagationSeconds: 600, delaySeconds: 0, onStep: () => {}, signal: stopping.signal },
    NAME,
    'proof',
  );
  stopping.abort();
  await assert.rejects(waiting);
});

test('an answer that is cut off has no texts', () => {
  const whole = answerWith(new Uint8Array(12), ['proof']);
  assert.deepEqual(textsOf(whole), ['proof']);
  for (let length = 0; length < whole.length; length++) assert.deepEqual(textsOf(whole.subarray(0, length)), []);
});
