import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../../test/fixtures/temporary-directory.ts';
import { openControlSocket } from '../../../control-plane/api/control-socket.ts';
import type { Circumstances } from '../circumstances.ts';
import { NEEDED_NAMES } from '../needed-names.ts';
import { neededNames } from './needed-names.ts';

/** `reasonOf`: why a name is blocked; undefined where it is not. */
async function findingsWith(t: TestContext, reasonOf: (name: string) => string | undefined): Promise<string[]> {
  const { path, remove } = temporaryDirectory('needed');
  t.after(remove);
  const socket = await openControlSocket(path, {
    '/v1/explain': (parameters) => {
      const name = parameters.get('name')!;
      const reason = reasonOf(name);
      const action = reason === undefined ? 'allow' : 'block';
      const sentence = `${name} is as it is`;
      return {
        status: 200,
        body: { name, action, reason: reason ?? 'no-rule', sentence, notes: [], rules: [], answer: {}, client: {} },
      };
    },
  });
  t.after(() => socket.close());
  const circumstances = {
    gateway: { kind: 'running' },
    settings: { stateDirectory: path },
    signal: new AbortController().signal,
  } as unknown as Circumstances;
  return (await neededNames.examine(circumstances)).map(({ verdict, sentence }) => `${verdict} ${sentence}`);
}

test('in allowlist mode all that is not on the list is one line, which names the devices', async (t) => {
  const found = await findingsWith(t, (name) => (name.startsWith('d0c70e5a') ? undefined : 'not-allowlisted'));
  assert.equal(found.length, 1, found.join('\n'));
  assert.match(
    found[0]!,
    new RegExp(`^warn .*"allowlist".* ${NEEDED_NAMES.length - 1} of ${NEEDED_NAMES.length} .*iPhone`),
  );
});

test('what a list blocks is said beside it', async (t) => {
  const found = await findingsWith(t, (name) => (name === 'captive.apple.com' ? 'list-blocks' : 'not-allowlisted'));
  assert.deepEqual(
    found.map((text) => text.split(' ')[0]),
    ['fail', 'warn'],
  );
});
