import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encode } from 'dns-packet';
import { explainContext } from '../../../test/fixtures/explain-context.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { RULE_CLASS, SCOPE } from '../../memory/block-table/rule-model.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { knownName } from '../../wire/name-text.ts';
import { listSource, OWN_RULES, tableOfRules } from '../../../test/fixtures/policy.ts';
import { explainName } from './explain-name.ts';
import type { Explanation } from './explanation.ts';
import { readClient } from './who-asks.ts';

/** Of the fixture. */
const HASH_KEY = new Uint8Array(16).fill(5);
const CONFIG = `
[[list]]
name = "zone"
url = "https://lists.example.org/zone"
format = "rpz"
[[list]]
name = "addresses"
url = "https://lists.example.org/addresses"
format = "adblock"
[policy]
lists = ["zone"]
rules = ["||second.example^"]
[[group]]
name = "kids"
clients = ["tablet"]
lists = ["addresses"]
`;

type Records = NonNullable<Parameters<typeof encode>[0]['answers']>;

/** As an RPZ's rpz-tcp-only makes it. */
function streamsOnly(names: readonly string[]): SharedArrayBuffer {
  const sources = [listSource('zone'), listSource('addresses')];
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'test', sources });
  for (const name of names.map(knownName))
    builder.add(0, name, name.length, SCOPE.SUBTREE, { class: RULE_CLASS.BLOCK, response: { kind: 'truncate' } });
  return builder.finish();
}

async function explain(
  t: TestContext,
  answers: Records,
  { client, streams }: { readonly client?: string; readonly streams?: readonly string[] } = {},
): Promise<Explanation> {
  const { path, remove } = temporaryDirectory('explain-reach');
  t.after(remove);
  const questions = [{ type: 'A' as const, name: 'shop.example' }];
  const message = encode({ type: 'response', id: 0, flags: 0x8180, questions, answers });
  const lists = { addresses: ['203.0.113.0/24'] };
  const findAnswer = () => ({ message, from: 'lab' });
  const made = await explainContext({ directory: path, toml: CONFIG, lists, findAnswer });
  const { groups } = made;
  const rules = tableOfRules(HASH_KEY, [[OWN_RULES, ['||second.example^']]]);
  const policy = streams === undefined ? made.policy : new PolicyTables(streamsOnly(streams), rules, groups);
  const context = { ...made, policy };
  const explanation = await explainName(
    context,
    'shop.example',
    1,
    client === undefined ? undefined : readClient(client),
  );
  assert.ok(explanation !== undefined);
  return explanation;
}

test('an answer with more addresses than are looked at is withheld from groups with rules about addresses alone', async (t) => {
  const many = Array.from({ length: 70 }, (_, index) => ({
    ...{ type: 'A' as const, name: 'shop.example', data: `198.51.100.${index}` },
  }));
  assert.equal((await explain(t, many)).action, 'allow');
  assert.equal((await explain(t, many, { client: 'tablet' })).reason, 'too-many-addresses');
});

test('a rule that wants a stream is said to give way there to what else is found', async (t) => {
  const chain: Records = [
    { type: 'CNAME', name: 'shop.example', data: 'x.first.example' },
    { type: 'CNAME', name: 'x.first.example', data: 'x.second.example' },
  ];
  const both = await explain(t, chain, { streams: ['first.example'] });
  assert.deepEqual([both.reason, both.response], ['rule-blocks', 'nxdomain']);
  assert.equal(both.answer.text, 'NXDOMAIN: no such name; over UDP it is sent to TCP first');
  const alone = await explain(t, chain.slice(0, 1), { streams: ['first.example'] });
  assert.deepEqual([alone.reason, alone.response], ['list-blocks', 'truncate']);
});

test('a name that is to be asked over a stream is said to get there what its answer leads to', async (t) => {
  const to = (data: string): Records => [{ type: 'CNAME', name: 'shop.example', data }];
  const both = await explain(t, to('x.second.example'), { streams: ['shop.example'] });
  assert.deepEqual([both.reason, both.response], ['rule-blocks', 'nxdomain']);
  assert.equal(both.answer.text, 'NXDOMAIN: no such name; over UDP it is sent to TCP first');
  const twice = await explain(
    t,
    [...to('x.first.example'), { type: 'CNAME', name: 'x.first.example', data: 'x.second.example' }],
    { streams: ['shop.example', 'first.example'] },
  );
  assert.equal(twice.answer.text, both.answer.text);
  const alone = await explain(t, to('fine.example'), { streams: ['shop.example'] });
  assert.deepEqual([alone.reason, alone.response], ['list-blocks', 'truncate']);
  assert.match(alone.answer.text, /^over UDP an empty answer that sends the client to TCP/);
  assert.ok(alone.reached?.wasLookedAt);
  assert.deepEqual(
    alone.reached.places.map(({ text }) => text),
    ['fine.example'],
  );
});
