// source = "acme": whom a certificate is ordered from and how its names are proven.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { makeCertificate } from '../../../../test/fixtures/make-certificate.ts';
import type { AcmeSettings } from '../acme-settings.ts';
import { readSettings } from '../load-settings.ts';
import { proofExceptions } from '../plaintext-exceptions.ts';

const directory = mkdtempSync(join(tmpdir(), 'sotto-acme-source-'));
after(() => rmSync(directory, { recursive: true }));
const certificate = makeCertificate({ names: ['ca.example.org'] });
for (const file of ['ca.pem', 'key.pem']) copyFileSync(join(certificate.directory, file), join(directory, file));
certificate.remove();
writeFileSync(join(directory, 'token'), 'from-a-file\nnot this\n', { mode: 0o600 });
writeFileSync(join(directory, 'empty'), '\n', { mode: 0o600 });
writeFileSync(join(directory, 'hook'), '#!/bin/sh\n', { mode: 0o755 });

const read = (toml: string) =>
  readSettings(toml, join(directory, 'config.toml'), {
    workingDirectory: directory,
    cores: 1,
    hostName: 'gateway',
    platform: 'linux',
    localAddresses: [],
  });

const PORTS = '[listen]\ndoh = [":443"]\nacme_http = [":80"]\n';
const acme = (keys: string, names = '"dns.example.org"') =>
  `${PORTS}[[certificate]]\nsource = "acme"\nnames = [${names}]\n${keys}`;
const dns = (keys: string) => acme(`challenge = "dns-01"\ndns = { ${keys} }`);

function sourceOf(toml: string): AcmeSettings {
  const result = read(toml);
  assert.ok(result.ok, JSON.stringify(result));
  const [first] = result.settings.certificates;
  assert.ok(first?.source.kind === 'acme');
  return first.source;
}

function faultsOf(toml: string): string[] {
  const result = read(toml);
  return result.ok ? [] : result.faults.map(({ line, key, message }) => `${line} ${key}: ${message}`);
}

function onlyFault(toml: string, words: RegExp): void {
  const faults = faultsOf(toml);
  assert.equal(faults.length, 1, faults.join('\n'));
  assert.match(faults[0]!, words);
}

function noticesOf(toml: string): string[] {
  const result = read(toml);
  assert.ok(result.ok, JSON.stringify(result));
  return result.notices.map(({ key, message }) => `${key}: ${message}`);
}

describe('source = "acme"', () => {
  test("without more it is Let's Encrypt, by a challenge on the port of DoH", () => {
    const expected: AcmeSettings = {
      kind: 'acme',
      directory: 'letsencrypt',
      directoryCaPath: undefined,
      challenge: 'tls-alpn-01',
      email: undefined,
      profile: undefined,
      externalAccount: undefined,
      dns: undefined,
    };
    assert.deepEqual(sourceOf(acme('')), expected);
    assert.deepEqual(noticesOf(acme('')), []);
  });

  test('another CA, its own CA file, a profile and an account there', () => {
    const source = sourceOf(
      acme(
        'directory = "https://acme.example.org/dir"\ndirectory_ca = "ca.pem"\nemail = "me@example.org"\nprofile = "shortlived"\neab_kid = "kid-1"\neab_hmac_key = "c2VjcmV0"\nchallenge = "http-01"',
      ),
    );
    assert.equal(source.directoryCaPath, join(directory, 'ca.pem'));
    assert.equal(source.profile, 'shortlived');
    assert.deepEqual(source.externalAccount, { keyId: 'kid-1', hmacKey: 'c2VjcmV0' });
    const fromFile = sourceOf(acme('eab_kid = "kid-1"\neab_hmac_key_file = "token"'));
    assert.equal(fromFile.externalAccount?.hmacKey, 'from-a-file');
  });

  for (const [keys, words] of [
    ['directory = "buypass"', /directory: "buypass" is not an ACME directory/],
    ['directory = "http://acme.example.org"', /directory: .* https URL/],
    ['directory_ca = "key.pem"', /directory_ca: .*no certificate/],
    ['email = "me"', /email: "me" is not an e-mail address/],
    ['profile = "a b"', /profile: "a b" is not the name of a profile/],
    ['eab_kid = "kid"', /eab_kid: needs the key that belongs to it/],
    ['eab_hmac_key = "c2VjcmV0"', /certificate\[0\]: has an eab_hmac_key but no eab_kid/],
    ['eab_kid = "kid"\neab_hmac_key = "?"', /eab_hmac_key: is not base64url/],
    [
      'eab_kid = "kid"\neab_hmac_key = "a"\neab_hmac_key_file = "token"',
      /eab_hmac_key_file: stands beside eab_hmac_key/,
    ],
    ['eab_kid = "kid"\neab_hmac_key_file = "empty"', /eab_hmac_key_file: .*first line is empty/],
    ['challenge = "dns-01"', /challenge: "dns-01" needs to know who writes the records/],
    ['dns = { provider = "desec", token = "t" }', /dns: belongs to challenge = "dns-01"/],
    ['challenge = "dns-01"\ndns = {}', /dns: has no provider; allowed: "hook", "rfc2136"/],
    ['challenge = "dns-01"\ndns = "hook"', /dns: "hook" stands where a table belongs/],
  ] as const)
    test(`${keys.replaceAll('\n', ', ')} is refused`, () => onlyFault(acme(keys), words));

  test('names that no public CA vouches for are told at once, and where they belong', () => {
    for (const name of ['192.168.1.1', 'fd00::1', '127.0.0.1', 'nas.lan', 'nas.fritz.box', 'dns.home.arpa', 'gateway'])
      onlyFault(
        acme('', `"dns.example.org", "${name}"`),
        /certificate\[0\]\.names\[1\]: .*; put it into a \[\[certificate\]\] with source = "local-ca"/,
      );
    // A CA of one's own may.
    assert.deepEqual(faultsOf(acme('directory = "https://192.168.1.9/acme"', '"nas.lan", "192.168.1.1"')), []);
  });

  test("Let's Encrypt by its URL is as public as by its name", () => {
    const url = 'directory = "https://acme-v02.api.letsencrypt.org/directory"';
    onlyFault(acme(url, '"nas.lan"'), /nas\.lan is not a public name/);
  });

  test('a CA with a name of this network must be known here: it is asked for nowhere else', () => {
    for (const host of [
      'step-ca',
      'ca.local',
      'ca.corp.internal',
      'ca.home.arpa',
      'ca.lan',
      'ca.home',
      'ca.fritz.box',
    ]) {
      const toml = acme(`directory = "https://${host}/acme"`);
      onlyFault(toml, /directory: .* is a name of this network, and nobody here knows it; write a \[\[record\]\]/);
      assert.deepEqual(faultsOf(`${toml}\n[[record]]\nname = "${host}"\ntype = "A"\nvalue = "192.168.1.9"`), []);
      assert.deepEqual(faultsOf(`${toml}\n[resolve]\nhosts_file = "token"`), []);
    }
    const zone = '[[zone]]\nname = "corp.internal"\nforward = ["192.168.1.1"]';
    assert.deepEqual(faultsOf(`${acme('directory = "https://ca.corp.internal/acme"')}\n${zone}`), []);
    for (const host of ['192.168.1.9', '[fd00::1]', 'localhost:14000', 'ca.example.org'])
      assert.deepEqual(faultsOf(acme(`directory = "https://${host}/acme"`)), []);
  });

  test('names that can never be proven together, or at all, are told', () => {
    const proof = 'challenge = "dns-01"\ndns = { provider = "hook", hook = "hook" }';
    onlyFault(
      acme(proof, '"*.example.org", "www.example.org", "example.org"'),
      /names\[1\]: www\.example\.org is covered by \*\.example\.org already/,
    );
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(40)}.example.org`;
    onlyFault(acme(proof, `"${long}"`), /names\[0\]: there is no room for "_acme-challenge\."/);
    assert.deepEqual(faultsOf(acme('', `"${long}"`)), []);
    const keys = 'provider = "acme-dns", url = "https://a.example", subdomain = "s", user = "u", password = "p"';
    onlyFault(
      acme(`challenge = "dns-01"\ndns = { ${keys} }`, '"a.example.org", "b.example.org", "c.example.org"'),
      /names: acme-dns keeps 2 proofs at a time/,
    );
  });

  test('a wildcard needs dns-01, an address cannot have it', () => {
    onlyFault(
      acme('', '"*.example.org"'),
      /challenge: "tls-alpn-01" cannot prove the wildcard .* write challenge = "dns-01"/,
    );
    onlyFault(
      acme('challenge = "dns-01"\ndns = { provider = "hook", hook = "hook" }', '"192.0.2.53"'),
      /challenge: "dns-01" cannot prove the address 192\.0\.2\.53/,
    );
  });

  test('the listener that a challenge needs must be there; behind a forwarded port it is named', () => {
    const certificateTable = '[[certificate]]\nsource = "acme"\nnames = ["dns.example.org"]\n';
    onlyFault(
      `${certificateTable}challenge = "http-01"`,
      /listen\.acme_http: is off, but http-01 of the certificate for dns\.example\.org needs it; write acme_http = \[":80"\]/,
    );
    onlyFault(`[listen]\ndoh = []\n${certificateTable}`, /listen\.doh: is off, but tls-alpn-01/);
    assert.match(
      noticesOf(`[listen]\ndoh = [":8443"]\n${certificateTable}`).join(),
      /listen\.doh: tls-alpn-01 .* at port 443 of the public address: forward that port/,
    );
  });
});

describe('dns = { provider = … }', () => {
  test('a hook, with times of its own', () => {
    assert.deepEqual(
      sourceOf(dns('provider = "hook", hook = "hook", timeout = "5m", propagation = "0s", delay = "30s"')).dns,
      {
        provider: { kind: 'hook', path: join(directory, 'hook'), timeoutSeconds: 300 },
        propagationSeconds: 0,
        delaySeconds: 30,
      },
    );
  });

  test('dynamic update with a signature; without one it is noticed', () => {
    const source = sourceOf(
      dns(
        'provider = "rfc2136", server = "[2001:db8::53]:5353", zone = "example.org", key_name = "sotto.", key_secret = "c2VjcmV0"',
      ),
    );
    assert.deepEqual(source.dns?.provider, {
      kind: 'rfc2136',
      server: { address: '2001:db8::53', port: 5353 },
      zone: 'example.org',
      key: { name: 'sotto', algorithm: 'hmac-sha256', secret: 'c2VjcmV0' },
    });
    assert.match(
      noticesOf(dns('provider = "rfc2136", server = "192.0.2.53"')).join(),
      /dns\.server: updates are not signed/,
    );
  });

  test('acme-dns and the three APIs, with secrets here or in files of their own', () => {
    assert.deepEqual(
      sourceOf(
        dns('provider = "acme-dns", url = "https://auth.example.org", subdomain = "s", user = "u", password = "p"'),
      ).dns?.provider,
      { kind: 'acme-dns', url: 'https://auth.example.org', subdomain: 's', user: 'u', password: 'p' },
    );
    for (const kind of ['cloudflare', 'hetzner', 'desec'])
      assert.deepEqual(sourceOf(dns(`provider = "${kind}", token_file = "token"`)).dns?.provider, {
        kind,
        url: undefined,
        token: 'from-a-file',
      });
    chmodSync(join(directory, 'token'), 0o644);
    assert.match(
      noticesOf(dns('provider = "desec", token_file = "token"')).join(),
      /dns\.token_file: .*set its mode to 0600/,
    );
    chmodSync(join(directory, 'token'), 0o600);
  });

  for (const [keys, words] of [
    ['provider = "route53"', /dns\.provider: "route53" does not fit; allowed: "hook"/],
    ['provider = "hook"', /dns: has provider = "hook" but no hook/],
    ['provider = "hook", hook = "token"', /dns\.hook: .*token is not executable; chmod \+x/],
    ['provider = "hook", hook = "none"', /dns\.hook: .*does not exist/],
    [
      'provider = "hook", hook = "hook", token = "t"',
      /dns\.token: does not belong to provider = "hook"; it has: hook, timeout/,
    ],
    ['provider = "hook", hook = "hook", delay = "2h"', /dns\.delay: "2h" is out of range/],
    ['provider = "rfc2136"', /dns: has provider = "rfc2136" but no server/],
    ['provider = "rfc2136", server = "ns.example.org"', /dns\.server: "ns\.example\.org" is not an IP address/],
    ['provider = "rfc2136", server = "192.0.2.53", key_secret = "c2VjcmV0"', /dns: has a key_secret but no key_name/],
    ['provider = "rfc2136", server = "192.0.2.53", key_name = "k"', /dns: has provider = "rfc2136" but no key_secret/],
    ['provider = "desec"', /dns: has provider = "desec" but no token; make one .*, or token_file/],
    ['provider = "desec", token = "t", url = "http://api.example.org"', /dns\.url: .* is not an https URL/],
    ['provider = "acme-dns", subdomain = "s", user = "u", password = "p"', /dns: has provider = "acme-dns" but no url/],
    ['provider = "desec", token = "a\\u001bb"', /dns\.token: holds a control character/],
    ['provider = "desec", tokn = "t"', /dns\.tokn: unknown key; did you mean token\?/],
  ] as const)
    test(`${keys} is refused`, () => assert.match(faultsOf(dns(keys)).join('\n'), words));

  test('what leads around the encrypted upstream is said', () => {
    const result = read(`${dns('provider = "hook", hook = "hook"')}
[[certificate]]
source = "acme"
names = ["*.example.net"]
challenge = "dns-01"
dns = { provider = "rfc2136", server = "192.0.2.53", key_name = "k", key_secret = "c2VjcmV0" }
`);
    assert.ok(result.ok);
    assert.deepEqual(proofExceptions(result.settings.certificates), [
      `the program ${join(directory, 'hook')}, which proves dns.example.org to the CA, resolves names for itself`,
      'records that prove *.example.net to the CA are sent in plaintext, signed, to 192.0.2.53:53',
    ]);
  });
});
