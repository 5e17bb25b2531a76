import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { makeCertificateChain } from '../../../test/fixtures/certificate-chain.ts';
import { loadCertificates } from '../certificates/load-certificates.ts';
import { clientFacts } from './client-facts.ts';

const LISTENING = [
  { kind: 'udp', address: '0.0.0.0', port: 53 },
  { kind: 'tcp', address: '0.0.0.0', port: 53 },
  { kind: 'dot', address: '192.168.1.2', port: 853 },
  { kind: 'dot', address: '127.0.0.1', port: 8853 },
  { kind: 'doh', address: '127.0.0.1', port: 8443 },
] as const;

type Listening = (typeof LISTENING)[number];

async function factsOf(t: TestContext, certificates: string[][], listening: readonly Listening[] = LISTENING) {
  const { path: certificateDirectory, remove } = temporaryDirectory('facts');
  t.after(remove);
  const settings = {
    certificates: certificates.map((names) => ({ names, source: { kind: 'local-ca' as const } })),
    certificateDirectory,
  };
  const { certificates: loaded } = await loadCertificates(settings, new Date());
  return clientFacts({
    settings,
    certificates: () => loaded,
    listening,
    localAddresses: () => ['127.0.0.1', '192.168.1.2', '10.0.0.7'],
  });
}

describe('what clients need to know', () => {
  test('names with a dot come first, then addresses, and what only the machine itself is called at the end', async (t) => {
    const { names } = await factsOf(t, [
      ['localhost', '127.0.0.1', 'box', '192.168.1.2'],
      ['*.example.org', 'dns.example.org'],
    ]);
    assert.deepEqual(
      names.map(({ name }) => name),
      ['dns.example.org', '192.168.1.2', 'box', '127.0.0.1', 'localhost'],
    );
    assert.ok(names.every(({ isByLocalCa, isLocal }) => isByLocalCa && isLocal));
  });

  test('a name whose certificate devices trust by themselves comes before one of the local CA', async (t) => {
    const { path: certificateDirectory, remove } = temporaryDirectory('facts');
    t.after(remove);
    const source = { kind: 'local-ca' as const };
    const settings = { certificates: [{ names: ['gw.lan'], source }], certificateDirectory };
    const { certificates: own } = await loadCertificates(settings, new Date());
    const { leafPem, intermediatePem, keyPem } = makeCertificateChain(['dns.example.org']);
    const { names } = clientFacts({
      settings,
      certificates: () => [...own, { names: ['dns.example.org'], keyPem, chainPem: leafPem + intermediatePem }],
      listening: LISTENING,
      localAddresses: () => [],
    });
    assert.deepEqual(
      names.map(({ name, isByLocalCa }) => [name, isByLocalCa]),
      [
        ['dns.example.org', false],
        ['gw.lan', true],
      ],
    );
  });

  test('ports and addresses are those that clients from outside can use', async (t) => {
    const { dns, dot, doh } = await factsOf(t, [['dns.example.org']]);
    assert.deepEqual(dns, { port: 53, addresses: ['192.168.1.2', '10.0.0.7'] });
    assert.deepEqual(dot, { port: 853, addresses: ['192.168.1.2'] });
    assert.deepEqual(doh, { port: 8443, addresses: [] });
  });

  test('of several ports it is the usual one, if others than this machine get to it, with the addresses on that port', async (t) => {
    const placeOf = async (...listening: [address: string, port: number][]) =>
      (
        await factsOf(
          t,
          [['dns.example.org']],
          LISTENING.filter(({ kind }) => kind !== 'dot').concat(
            listening.map(([address, port]) => ({ kind: 'dot', address, port }) as never),
          ),
        )
      ).dot;
    const both = await placeOf(['10.0.0.7', 8853], ['192.168.1.2', 853]);
    assert.deepEqual(both, { port: 853, addresses: ['192.168.1.2'] });
    const usualIsInside = await placeOf(['127.0.0.1', 853], ['192.168.1.2', 8853]);
    assert.deepEqual(usualIsInside, { port: 8853, addresses: ['192.168.1.2'] });
    assert.deepEqual(await placeOf(), { port: undefined, addresses: [] });
  });

  test('a certificate of somebody else is not said to come from the local CA', async (t) => {
    const other = temporaryDirectory('other-ca');
    t.after(other.remove);
    const certificates = [{ names: ['dns.example.org'], source: { kind: 'local-ca' as const } }];
    const { certificates: foreign } = await loadCertificates(
      { certificates, certificateDirectory: other.path },
      new Date(),
    );
    const own = temporaryDirectory('own-ca');
    t.after(own.remove);
    await loadCertificates({ certificates, certificateDirectory: own.path }, new Date());
    const facts = clientFacts({
      settings: { certificates, certificateDirectory: own.path },
      certificates: () => foreign,
      listening: [],
      localAddresses: () => [],
    });
    assert.equal(facts.names[0]!.isByLocalCa, false);
    assert.notEqual(facts.localCa, undefined);
  });
});
