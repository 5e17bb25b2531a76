// What a CA says that an order has to prove, where it says something strange.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fakeDirectory } from '../../../../test/fixtures/acme/fake-directory.ts';
import { acmeSource, keeperPlace, testKeeper } from '../../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';

const TOKEN = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ';

/** Orders a certificate that has to be proven so; why it failed, and the tokens that were ever shown to the CA. */
async function ordered(
  t: TestContext,
  names: readonly string[],
  authorizations: readonly object[],
): Promise<{ readonly message: string; readonly shown: string[] }> {
  const fake = await fakeDirectory(t);
  fake.authorizations = authorizations;
  const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath });
  const shown: string[] = [];
  class Tokens extends Map<string, string> {
    override set(token: string, proof: string): this {
      shown.push(token);
      return super.set(token, proof);
    }
  }
  const options = { tokens: new Tokens() };
  const run = testKeeper(t, { place: keeperPlace(t), certificates: [{ names, source }], options });
  run.keeper.start();
  await run.resting();
  assert.equal(run.given.length, 0);
  return { message: run.keeper.report(0)!.lastError!.message, shown };
}

const authorization = (name: string, token: string, type = 'http-01') => ({
  status: 'pending',
  identifier: { type: 'dns', value: name },
  challenges: [{ type, status: 'pending', token, url: 'https://127.0.0.1:1/' }],
});

test('a proof is shown for what was ordered', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const { shown } = await ordered(t, ['dns.example.org'], [authorization('dns.example.org', TOKEN)]);
  assert.deepEqual(shown, [TOKEN]);
});

test('a CA that wants a proof for a name that nobody ordered gets none, for no name', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  for (const name of ['other.example.org', 'example.org', '*.dns.example.org', 'x; rm -rf', '']) {
    const wanted = [authorization('dns.example.org', TOKEN), authorization(name, TOKEN)];
    const { message, shown } = await ordered(t, ['dns.example.org', '*.wild.example.org'], wanted);
    assert.deepEqual([message, shown], ['the CA wants a proof for a name that was not ordered', []], name);
  }
});

test('a token that is none is shown to nobody', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  for (const token of ['', 'short', '../../../etc/passwd-and-more', `${TOKEN}\n`, `${TOKEN} x`, 'a'.repeat(201)]) {
    const { message, shown } = await ordered(t, ['dns.example.org'], [authorization('dns.example.org', token)]);
    assert.deepEqual([message, shown], ['the CA sent a token that is none', []], JSON.stringify(token));
  }
});

test('a CA that does not take our kind of proof is quoted, without its control characters', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const wanted = [authorization('dns.example.org', TOKEN, 'smoke-01\u001b[31m')];
  const { message } = await ordered(t, ['dns.example.org'], wanted);
  assert.equal(message, 'the CA does not take http-01 for dns.example.org; it takes: smoke-01 [31m');
});
