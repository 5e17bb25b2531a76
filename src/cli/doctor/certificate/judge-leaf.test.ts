import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../../test/fixtures/temporary-directory.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';
import { judgeLeaf, keyText } from './judge-leaf.ts';

const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

function make(...options: string[]): X509Certificate {
  const { path, remove } = temporaryDirectory('leaf');
  try {
    const fixed = ['req', '-x509', '-nodes', '-subj', '/CN=a.example', '-keyout', join(path, 'key.pem')];
    return new X509Certificate(
      execFileSync('openssl', [...fixed, ...options], { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } finally {
    remove();
  }
}

const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);

for (const [title, options, days, key, patterns] of [
  ['on P-256 in the middle of its life is as it should be', [...P256, '-days', '90'], 30, 'EC P-256', []],
  ['with RSA of 2048 bits as well', ['-newkey', 'rsa:2048', '-days', '90'], 30, 'RSA 2048', []],
  [
    'with RSA of 1024 bits fails',
    ['-newkey', 'rsa:1024', '-days', '90'],
    30,
    'RSA 1024',
    [/^fail its RSA key has 1024/],
  ],
  ['with Ed25519 fails', ['-newkey', 'ed25519', '-days', '90'], 30, 'ed25519', [/^fail .*type ed25519/]],
  [
    'on P-521 is refused by some',
    ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1', '-days', '90'],
    30,
    'secp521r1',
    [/^warn .*curve secp521r1/],
  ],
  ['that is over fails', [...P256, '-days', '90'], 91, 'EC P-256', [/^fail it expired on/]],
  ['that is yet to come fails', [...P256, '-days', '90'], -1, 'EC P-256', [/^fail it is not valid before/]],
  ['that ends soon is a warning', [...P256, '-days', '90'], 80, 'EC P-256', [/^warn it ends on/]],
  ['that lives for six days ends soon by design', [...P256, '-days', '6'], 3, 'EC P-256', []],
  [
    "that lives too long for Apple's devices is a warning",
    [...P256, '-days', '900'],
    1,
    'EC P-256',
    [/^warn .*900 days/],
  ],
  [
    'that demands stapling is a warning',
    [...P256, '-days', '90', '-addext', 'tlsfeature=status_request'],
    30,
    'EC P-256',
    [/^warn it demands a stapled OCSP answer/],
  ],
] as const)
  test(`a certificate ${title}`, (t) => {
    if (!hasCommands(t, 'openssl')) return;
    const leaf = make(...options);
    const found = judgeLeaf(leaf, inDays(days)).map(({ verdict, sentence }) => `${verdict} ${sentence}`);
    assert.equal(found.length, patterns.length, found.join('\n'));
    for (const [index, pattern] of patterns.entries()) assert.match(found[index]!, pattern);
    assert.equal(keyText(leaf), key);
  });
