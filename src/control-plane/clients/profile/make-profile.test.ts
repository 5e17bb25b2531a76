import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { issueAuthority, issueLeaf } from '../../certificates/issue-certificate.ts';
import type { ClientFacts } from '../client-facts.ts';
import { makeProfile, type ProfileOrder } from './make-profile.ts';

const NOW = new Date();
const VALIDITY = { notBefore: new Date(NOW.getTime() - 60_000), notAfter: new Date(NOW.getTime() + 3_600_000) };
const NAMES = ['dns.example.org', '*.dns.example.org', '192.168.1.2'];

const authority = issueAuthority('test CA', VALIDITY);
const localCa = new X509Certificate(authority.certificatePem);

const ORDER: ProfileOrder = {
  protocol: 'doh',
  name: undefined,
  clientId: undefined,
  addresses: [],
  onlyNetworks: [],
  exceptNetworks: [],
  exceptDomains: [],
  onlyDomains: [],
  isSigned: false,
};

function facts({ names = NAMES, dotPort = 853, dohPort = 443, isLocal = true } = {}): ClientFacts {
  const issued = issueLeaf(names, { commonName: 'test CA', ...keysOf(authority.keyPem) }, VALIDITY);
  const certificate = { names, keyPem: issued.keyPem, chainPem: issued.certificatePem };
  const leaf = new X509Certificate(issued.certificatePem);
  return {
    names: names
      .filter((name) => !name.includes('*'))
      .map((name) => ({ name, certificate, leaf, isByLocalCa: isLocal, isLocal })),
    dns: { port: 53, addresses: ['192.168.1.2'] },
    dot: { port: dotPort, addresses: ['192.168.1.2', 'fd00::2'] },
    doh: { port: dohPort, addresses: ['192.168.1.2', 'fd00::2'] },
    localCa,
    localCaPath: '/certs/local-ca.cert.pem',
  };
}

function keysOf(keyPem: string) {
  const privateKey = createPrivateKey(keyPem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function textOf(order: Partial<ProfileOrder>, of: ClientFacts = facts()): string {
  const made = makeProfile({ ...ORDER, ...order }, of, NOW);
  assert.ok(!('wrong' in made), JSON.stringify(made));
  return Buffer.from(made.octets).toString();
}

/** Text between the tags of a key. */
function textBehind(xml: string, key: string): string | undefined {
  return new RegExp(`<key>${key}</key>\\s*<(string|array|data)>([\\s\\S]*?)</\\1>`)
    .exec(xml)?.[2]
    ?.replace(/\s+/g, ' ');
}

describe('what stands in a profile', () => {
  test('DNS over HTTPS by the first name, with the port where it is another than 443', () => {
    const xml = textOf({});
    assert.equal(textBehind(xml, 'DNSProtocol'), 'HTTPS');
    assert.equal(textBehind(xml, 'ServerURL'), 'https://dns.example.org/dns-query');
    assert.equal(textBehind(xml, 'ServerName'), undefined);
    const onOther = textOf({}, facts({ dohPort: 8443 }));
    assert.equal(textBehind(onOther, 'ServerURL'), 'https://dns.example.org:8443/dns-query');
  });

  test('DNS over TLS by name alone', () => {
    const xml = textOf({ protocol: 'dot' });
    assert.equal(textBehind(xml, 'DNSProtocol'), 'TLS');
    assert.equal(textBehind(xml, 'ServerName'), 'dns.example.org');
    assert.equal(textBehind(xml, 'ServerURL'), undefined);
  });

  test('a client ID is a label over TLS and a part of the path over HTTPS, always in lower case', () => {
    assert.equal(textBehind(textOf({ protocol: 'dot', clientId: 'Kid-1' }), 'ServerName'), 'kid-1.dns.example.org');
    assert.equal(textBehind(textOf({ clientId: 'Kid-1' }), 'ServerURL'), 'https://dns.example.org/dns-query/kid-1');
  });

  test('a local name comes with addresses, a public one without, and what was ordered comes before both', () => {
    const listening = ' <string>192.168.1.2</string> <string>fd00::2</string> ';
    assert.equal(textBehind(textOf({}), 'ServerAddresses'), listening);
    assert.equal(textBehind(textOf({}, facts({ isLocal: false })), 'ServerAddresses'), undefined);
    const ordered = textOf({ addresses: ['2001:DB8::0:1'] }, facts({ isLocal: false }));
    assert.equal(textBehind(ordered, 'ServerAddresses'), ' <string>2001:db8::1</string> ');
  });

  test('the local CA goes along where the certificate comes from it, and the notice says what is left to do', () => {
    const xml = textOf({});
    assert.match(xml, /com\.apple\.security\.root/);
    assert.match(xml, /com\.apple\.dnsSettings\.managed/);
    assert.ok(xml.replace(/\s/g, '').includes(localCa.raw.toString('base64')));
    const made = makeProfile(ORDER, facts(), NOW);
    assert.match('notices' in made ? made.notices.join() : '', /Certificate Trust Settings/);
    assert.doesNotMatch(textOf({}, facts({ isLocal: false })), /com\.apple\.security\.root/);
  });

  test('networks and domains that are left alone become rules, the first of which that fits decides', () => {
    assert.doesNotMatch(textOf({}), /OnDemandRules/);
    const home = textOf({ exceptNetworks: ['Café & <co>'] });
    assert.match(
      home,
      /<string>Disconnect<\/string>[\s\S]*<string>Café &amp; &lt;co&gt;<\/string>[\s\S]*<string>Connect<\/string>/,
    );
    const work = textOf({ exceptDomains: ['corp.example'], onlyDomains: ['lab.example'] });
    assert.match(work, /EvaluateConnection[\s\S]*corp\.example[\s\S]*NeverConnect/);
    assert.equal(textBehind(work, 'SupplementalMatchDomains'), ' <string>lab.example</string> ');
  });

  test('in one Wi-Fi alone the gateway is asked there, and nowhere else', () => {
    const home = textOf({ onlyNetworks: ['Our home'] });
    assert.match(
      home,
      /<string>Connect<\/string>\s*<key>InterfaceTypeMatch<\/key>\s*<string>WiFi<\/string>\s*<key>SSIDMatch<\/key>\s*<array>\s*<string>Our home<\/string>\s*<\/array>\s*<\/dict>\s*<dict>\s*<key>Action<\/key>\s*<string>Disconnect<\/string>\s*<\/dict>\s*<\/array>/,
    );
    const withWork = textOf({ onlyNetworks: ['Our home'], exceptDomains: ['corp.example'] });
    assert.match(withWork, /EvaluateConnection[\s\S]*Our home[\s\S]*NeverConnect[\s\S]*Disconnect/);
    assert.doesNotMatch(withWork, /<string>Connect</);
  });

  test('it is for the whole device: for a single user a Mac refuses it', () => {
    for (const protocol of ['doh', 'dot'] as const)
      assert.equal(textBehind(textOf({ protocol }), 'PayloadScope'), 'System');
  });

  test('made again it replaces itself; for another client, host or protocol it stands beside it', () => {
    assert.equal(textOf({}), textOf({}));
    const names = ['dns.example.org', 'example.org', 'a.dns.example.org', 'dns.dns.example.org', '*.dns.example.org'];
    const all = facts({ names: [...names, '*.example.org'] });
    const orders: Partial<ProfileOrder>[] = [
      {},
      { protocol: 'dot' },
      ...['a', 'dns', 'ca', 'dot', 'everybody'].map((clientId) => ({ clientId })),
      { protocol: 'dot', clientId: 'a' },
      ...['example.org', 'a.dns.example.org', 'dns.dns.example.org'].map((name) => ({ name })),
      { name: 'example.org', clientId: 'dns' },
    ];
    const texts = orders.map((order) => textOf(order, all));
    const identitiesIn = (xml: string) => [
      ...(xml.match(/[0-9A-F]{8}-[0-9A-F-]{27}/g) ?? []),
      ...[...xml.matchAll(/<key>PayloadIdentifier<\/key>\s*<string>([^<]*)</g)].map(([, text]) => text),
    ];
    assert.equal(new Set(texts.flatMap(identitiesIn)).size, orders.length * 6);
  });

  test('one that is signed says so', () => {
    const made = makeProfile({ ...ORDER, isSigned: true }, facts(), NOW);
    assert.ok(!('wrong' in made));
    assert.equal(made.isSigned, true);
    assert.equal(made.octets[0], 0x30);
    assert.ok(Buffer.from(made.octets).includes('<!DOCTYPE plist'));
  });
});

test('whoever has a profile made for loopback addresses alone is told', () => {
  const noticesFor = (addresses: string[]) => {
    const given = facts({ isLocal: false });
    const made = makeProfile(ORDER, { ...given, doh: { port: 443, addresses } }, NOW);
    assert.ok(!('wrong' in made));
    return made.notices.filter((notice) => /loopback addresses alone/.test(notice)).length;
  };
  assert.deepEqual([['127.0.0.1', '::1'], [], ['127.0.0.1', '192.168.1.2']].map(noticesFor), [1, 1, 0]);
});

test('whoever has a profile that leads to this network alone is told what happens elsewhere, and how to have it end there', () => {
  const noticesOf = (order: Partial<ProfileOrder>, of = facts()) => {
    const made = makeProfile({ ...ORDER, ...order }, of, NOW);
    assert.ok(!('wrong' in made));
    return made.notices.filter((notice) => /elsewhere the device finds no names.*--only-ssid/.test(notice)).length;
  };
  assert.equal(noticesOf({}), 1);
  assert.equal(noticesOf({ exceptNetworks: ['Work'] }), 1);
  assert.equal(noticesOf({ addresses: ['10.0.0.1'] }, facts({ isLocal: false })), 1);
  assert.equal(noticesOf({ onlyNetworks: ['Our home'] }), 0);
  assert.equal(noticesOf({ onlyDomains: ['lab.example'] }), 0);
  assert.equal(noticesOf({ addresses: ['10.0.0.1', '203.0.113.53'] }), 0);
  assert.equal(noticesOf({}, facts({ isLocal: false })), 0);
});

describe('what cannot be a profile', () => {
  const faults: [string, Partial<ProfileOrder>, ClientFacts | undefined, RegExp][] = [
    [
      'a name without certificate',
      { name: 'dns.example.com' },
      undefined,
      /no certificate in force is for "dns\.example\.com"; there are: dns\.example\.org/,
    ],
    ['a client ID that is no label', { clientId: 'a.b' }, undefined, /"a\.b" is not a client ID; allowed: letters/],
    [
      'a client by TLS without wildcard',
      { protocol: 'dot', clientId: 'kid' },
      facts({ names: ['dns.example.org'] }),
      /add "\*\.dns\.example\.org" to its names/,
    ],
    ['TLS on another port than 853', { protocol: 'dot' }, facts({ dotPort: 8853 }), /port 853/],
    ['TLS by address', { protocol: 'dot' }, facts({ names: ['192.168.1.2'] }), /needs a name/],
    ['HTTPS that is switched off', {}, { ...facts(), doh: { port: undefined, addresses: [] } }, /listen\.doh is empty/],
    ['an address that is none', { addresses: ['home'] }, undefined, /"home" is not an address/],
    ['a network that cannot be', { exceptNetworks: ['x'.repeat(33)] }, undefined, /1 to 32 octets/],
    ['a network with a control character', { exceptNetworks: ['a\u0007'] }, undefined, /1 to 32 octets/],
    ['one network and all but one', { onlyNetworks: ['a'], exceptNetworks: ['b'] }, undefined, /not both/],
    ['a domain that is none', { exceptDomains: ['a b'] }, undefined, /"a b" is not a domain/],
    ['more domains than anybody has', { onlyDomains: new Array(51).fill('a') }, undefined, /more than 50/],
    ['no name at all', {}, { ...facts(), names: [] }, /no certificate has a name/],
  ];
  for (const [what, order, of, sentence] of faults)
    test(`${what} is said in a sentence`, () => {
      const made = makeProfile({ ...ORDER, ...order }, of ?? facts(), NOW);
      assert.match('wrong' in made ? made.wrong : 'made', sentence);
    });
});
