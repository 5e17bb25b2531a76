import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseProfile } from './choose-profile.ts';
import { directoryId, directoryUrl } from './directory.ts';

const OFFERED = { url: directoryUrl('letsencrypt'), profiles: ['classic', 'shortlived', 'tlsserver'] };

test("addresses at Let's Encrypt get the one profile that they can have, unless another is named", () => {
  for (const names of [['192.0.2.1'], ['dns.example.org', '2001:db8::1']])
    assert.equal(chooseProfile(undefined, names, OFFERED), 'shortlived');
  assert.equal(
    chooseProfile(undefined, ['192.0.2.1'], { ...OFFERED, url: directoryUrl('letsencrypt-staging') }),
    'shortlived',
  );
  assert.equal(chooseProfile('tlsserver', ['192.0.2.1'], OFFERED), 'tlsserver');
});

test('names, other CAs, and a CA without that profile choose for themselves', () => {
  assert.equal(chooseProfile(undefined, ['dns.example.org'], OFFERED), undefined);
  assert.equal(chooseProfile(undefined, ['192.0.2.1'], { ...OFFERED, url: 'https://ca.example/dir' }), undefined);
  assert.equal(chooseProfile(undefined, ['192.0.2.1'], { ...OFFERED, profiles: undefined }), undefined);
  assert.throws(() => chooseProfile('tlsserver', ['a.example'], { ...OFFERED, profiles: undefined }), /it has none/);
});

test('directories are told apart in file names, whether they are named or written out', () => {
  assert.equal(directoryId(directoryUrl('letsencrypt')), 'letsencrypt');
  assert.equal(directoryId('letsencrypt-staging'), 'letsencrypt-staging');
  const [one, other] = ['https://ca.example/one', 'https://ca.example/other'].map(directoryId);
  assert.match(one!, /^ca\.example-[0-9a-f]{8}$/);
  assert.notEqual(one, other);
});
