import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encode } from 'dns-packet';
import { explainContext } from '../../../test/fixtures/explain-context.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { TYPE } from '../../wire/numbers.ts';
import { typeFromText } from '../../wire/type-text.ts';
import type { AnswerWanted, FoundAnswer } from './answer-source.ts';
import { explainName } from './explain-name.ts';
import type { Explanation } from './explanation.ts';

const CONFIG = `
[resolve]
dns64 = "64:ff9b::/96"
[policy]
rules = ["203.0.113.9", "198.51.100.9$dnstype=AAAA"]
block_response = "null-address"
`;

type Records = NonNullable<Parameters<typeof encode>[0]['answers']>;

/** What there is of each name: IPv6 and IPv4 records; undefined: no such name. */
const ANSWERS: Readonly<Record<string, readonly [ipv6: Records, ipv4: Records] | undefined>> = {
  'v4only.example': [[], [{ type: 'A', name: 'v4only.example', data: '203.0.113.9' }]],
  'mapped.example': [
    [{ type: 'AAAA', name: 'mapped.example', data: '::ffff:192.0.2.1' }],
    [{ type: 'A', name: 'mapped.example', data: '203.0.113.9' }],
  ],
  'both.example': [
    [{ type: 'AAAA', name: 'both.example', data: '2001:db8::1' }],
    [{ type: 'A', name: 'both.example', data: '203.0.113.9' }],
  ],
  'typed.example': [[], [{ type: 'A', name: 'typed.example', data: '198.51.100.9' }]],
};

function findAnswer(name: string, { type }: AnswerWanted): FoundAnswer {
  const known = ANSWERS[name];
  const answers = known?.[type === TYPE.AAAA ? 0 : 1] ?? [];
  const questions = [{ type: type === TYPE.AAAA ? ('AAAA' as const) : ('A' as const), name }];
  const flags = known === undefined ? 0x8183 : 0x8180;
  return { message: encode({ type: 'response', id: 0, flags, questions, answers }), from: 'lab' };
}

async function explain(t: TestContext, name: string, type = 'AAAA'): Promise<Explanation> {
  const { path, remove } = temporaryDirectory('explain-follow');
  t.after(remove);
  const context = await explainContext({ directory: path, toml: CONFIG, findAnswer });
  const explanation = await explainName(context, name, typeFromText(type));
  assert.ok(explanation !== undefined);
  return explanation;
}

for (const name of ['v4only.example', 'mapped.example'])
  test(`the IPv4 addresses that stand in for those of ${name} (resolve.dns64) are judged as well`, async (t) => {
    const { action, sentence, answer, reached } = await explain(t, name);
    assert.deepEqual([action, answer.text], ['block', '::']);
    assert.match(sentence, /is blocked: a rule of the policy names its address, 203\.0\.113\.9$/);
    assert.ok(reached?.wasLookedAt);
    assert.equal(reached.places.at(-1)?.text, '203.0.113.9');
  });

test('IPv4 addresses are not looked at where there are IPv6 addresses, or no such name', async (t) => {
  for (const name of ['both.example', 'gone.example']) assert.equal((await explain(t, name)).action, 'allow', name);
});

test('a rule about AAAA says nothing of IPv4 addresses that stand in', async (t) => {
  const { action, reached } = await explain(t, 'typed.example');
  assert.equal(action, 'allow');
  assert.ok(reached?.wasLookedAt);
  assert.deepEqual(
    reached.places.map(({ text, action: verdict }) => [text, verdict]),
    [['198.51.100.9', 'allow']],
  );
});
