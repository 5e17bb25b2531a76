// Examinations of the name, IPv6 and access, on machines and networks that a test makes up.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSettings } from '../../../control-plane/settings/load-settings.ts';
import type { Circumstances } from '../circumstances.ts';
import { publicNames } from '../client-names.ts';
import { endpointsOf } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import type { Finding } from '../finding.ts';
import type { PublicAddresses } from '../public-addresses.ts';
import { access } from './access.ts';
import { clients } from './clients.ts';
import { ipv6 } from './ipv6.ts';
import { ownNames } from './own-names.ts';

interface Network {
  /** Of this machine, beside loopback. */
  readonly own?: readonly string[];
  /** What the world is told of dns.example.org. */
  readonly published?: PublicAddresses | readonly string[];
  /** Default: every public name. */
  readonly trusted?: readonly string[];
  readonly toml?: string;
  onAsked?(name: string): void;
}

const CERTIFICATE = '\n[[certificate]]\nnames = ["dns.example.org"]\n';
const EVERYWHERE = '[listen]\ndns = [":53"]\ndot = [":853"]\ndoh = [":443"]\n';

/** `verdict sentence`, one per finding. */
async function findingsOf(examination: Examination, network: Network): Promise<string[]> {
  const findings = await examine(examination, network);
  return findings.map(({ verdict, sentence }) => `${verdict} ${sentence}`);
}

/** No gateway runs there. */
function examine(examination: Examination, network: Network): Promise<readonly Finding[]> {
  const { own = ['192.168.1.20'], published = [], toml = EVERYWHERE } = network;
  const read = readSettings(toml + CERTIFICATE, '/nowhere/config.toml', {
    workingDirectory: '/nowhere',
    cores: 1,
    hostName: 'gateway',
    localAddresses: [...own],
  });
  if (!read.ok) throw new Error(read.faults.map(({ message }) => message).join('\n'));
  const interfaces = ['127.0.0.1', '::1', ...own].map((address) => ({
    address,
    isLinkLocal: address.startsWith('fe80'),
  }));
  const gateway = { kind: 'none' } as const;
  const known: PublicAddresses =
    'reason' in published || 'addresses' in published ? published : { addresses: published, isMissing: false };
  const circumstances: Partial<Circumstances> = {
    settings: read.settings,
    gateway,
    interfaceAddresses: () => interfaces,
    endpoints: endpointsOf(read.settings, gateway, interfaces),
    publicAddresses(name) {
      network.onAsked?.(name);
      return Promise.resolve(known);
    },
    addressesAtHome: () => Promise.resolve({ kind: 'nobody' }),
    trustedNames: () => Promise.resolve(network.trusted ?? publicNames(read.settings)),
  };
  return examination.examine(circumstances as Circumstances);
}

function assertFindings(found: readonly string[], patterns: readonly RegExp[]): void {
  assert.equal(found.length, patterns.length, found.join('\n'));
  for (const [index, pattern] of patterns.entries()) assert.match(found[index]!, pattern);
}

describe('the name, from elsewhere', () => {
  for (const [title, network, patterns] of [
    [
      'that leads here is ok',
      { own: ['203.0.113.5'], published: ['203.0.113.5'] },
      [/^ok .* 203\.0\.113\.5, this machine/],
    ],
    [
      'that leads here by IPv6 and to a router by IPv4 is both',
      { own: ['192.168.1.20', '2001:db8::5'], published: ['203.0.113.5', '2001:DB8:0::5'] },
      [/^ok .*2001:DB8:0::5, this machine/, /^unknown .* 203\.0\.113\.5, not of this machine/],
    ],
    [
      'that leads into a local network works only there',
      { published: ['192.168.1.20'] },
      [/^warn .* of a local network/],
    ],
    [
      'that does not exist fails',
      { published: { addresses: [], isMissing: true } },
      [/^fail .* there is no such name/],
    ],
    ['that has no address fails', { published: [] }, [/^fail .* the name has no address/]],
    ['that nobody could be asked for is unknown', { published: { reason: 'timeout' } }, [/^unknown .*\(timeout\)/]],
  ] as const satisfies readonly (readonly [string, Network, readonly RegExp[]])[])
    test(title, async () => assertFindings(await findingsOf(ownNames, network), patterns));
});

describe('names below a wildcard certificate', () => {
  const toml = `${EVERYWHERE}[[certificate]]\nnames = ["*.dns.example.org"]\nsource = "local-ca"\n`;
  test('need addresses in the public DNS as well', async () => {
    assertFindings(await findingsOf(ownNames, { own: ['203.0.113.5'], published: ['203.0.113.5'], toml }), [
      /^ok dns\.example\.org from elsewhere/,
      /^ok \*\.dns\.example\.org from elsewhere: .* 203\.0\.113\.5$/,
    ]);
    const missing = await findingsOf(ownNames, { published: { addresses: [], isMissing: true }, toml });
    assert.match(missing[1]!, /^warn \*\.dns\.example\.org from elsewhere: .* does not find the gateway on the road/);
  });
});

describe('a name of this network', () => {
  const toml = `${EVERYWHERE}[[zone]]\nname = "example.org"\nforward = ["192.168.1.1"]\n`;
  test('is asked of nobody outside', async () => {
    const asked: string[] = [];
    for (const examination of [ownNames, ipv6, access])
      await findingsOf(examination, { toml, onAsked: (name) => asked.push(name) });
    assert.deepEqual(asked, []);
    assertFindings(await findingsOf(ownNames, { toml }), [
      /^warn no certificate has a public DNS name/,
      /^skip dns\.example\.org from elsewhere: it is of this network alone, so nobody outside was asked about it/,
    ]);
  });
});

describe('an AAAA record', () => {
  for (const [title, network, patterns] of [
    ['that is link-local fails', { published: ['fe80::1'] }, [/^fail .* fe80::1, which leads nobody/]],
    [
      'of another machine is unknown',
      { published: ['2001:db8::9'] },
      [/^unknown .* none of this machine's addresses; phones try it first/],
    ],
    [
      'of this machine is ok',
      { own: ['2001:db8::5'], published: ['2001:db8::5'] },
      [/^ok .* 2001:db8::5, of this machine; .* "reach"/],
    ],
    [
      'that is not there is no fault, though the gateway listens on IPv4 only',
      {
        own: ['192.168.1.20', '2001:db8::5'],
        published: ['203.0.113.5'],
        toml: EVERYWHERE.replaceAll('":', '"192.168.1.20:'),
      },
      [/^ok .* 2001:db8::5 \(the gateway listens on IPv4 only\), and none is published/],
    ],
    ['that nobody could be asked for is unknown', { published: { reason: 'timeout' } }, [/^unknown /]],
  ] as const satisfies readonly (readonly [string, Network, readonly RegExp[]])[])
    test(title, async () => assertFindings(await findingsOf(ipv6, network), patterns));

  test('is no use for a listener on a link-local address', async () => {
    const toml = '[listen]\ndot = ["[fe80::1%eth0]:853"]\n';
    assertFindings(await findingsOf(ipv6, { own: ['fe80::1'], toml }), [/^warn fe80::1%eth0 is link-local/]);
  });
});

describe('access', () => {
  const published = ['203.0.113.5'];
  const of = (encrypted: string) => `${EVERYWHERE}[access]\nencrypted = ${encrypted}\n`;
  for (const [title, network, patterns] of [
    ['for everybody is ok', { published, toml: of('["any"]') }, [/^ok .* lets everybody in/]],
    [
      'for nobody outside fails, where the name is public',
      { published, toml: of('["private"]') },
      [/^fail .* leaves out everybody .* phones on the road are refused/],
    ],
    [
      'for IPv6 alone is a warning',
      { own: ['2001:db8::5'], published, toml: of('["2000::/3"]') },
      [/^warn .* leaves out a part of the world/],
    ],
    [
      'for nobody outside is right, where the name is private too',
      { published: ['10.0.0.1'], toml: of('["private"]') },
      [/^ok /],
    ],
    [
      'for other networks than its own is a warning: it may be in a container, and they those of the devices',
      { own: ['172.17.0.2'], published: ['192.168.1.20'], toml: of('["192.168.1.0/24", "loopback"]') },
      [/^warn access\.encrypted leaves out 172\.17\.0\.2, an address of this machine: .* are refused/],
    ],
    [
      'for some of the world is no failure of a public machine that has a network for containers',
      { own: ['203.0.113.5', '172.17.0.1'], published: [], toml: of('["198.51.100.0/24", "loopback"]') },
      [/^warn access\.encrypted leaves out 172\.17\.0\.1/],
    ],
    [
      'for this machine alone fails where it listens for others, published for the world or not',
      { own: ['192.168.1.20', '2001:db8::5'], published, toml: of('["loopback"]') },
      [/^fail .* phones on the road/, /^fail .* 192\.168\.1\.20, 2001:db8::5, addresses of/, /^warn access\.plain/],
    ],
    [
      'for one network of several is a warning: the others may be of containers',
      { own: ['192.168.1.20', '172.17.0.1'], published: [], toml: of('["192.168.1.0/24"]') },
      [/^warn access\.encrypted leaves out 172\.17\.0\.1/],
    ],
    [
      'for this machine alone is right where it listens for nobody else',
      { published: [], toml: of('["loopback"]').replaceAll('":', '"127.0.0.1:') },
      [/^ok /],
    ],
    [
      'leaves out the devices of a home with public IPv6 addresses',
      { own: ['192.168.1.20', '2001:db8::5'], published, toml: of('["any"]') },
      [/^ok /, /^warn access\.plain leaves out 2001:db8::5/],
    ],
  ] as const satisfies readonly (readonly [string, Network, readonly RegExp[]])[])
    test(title, async () => assertFindings(await findingsOf(access, network), patterns));
});

describe('the advice for networks that are left out', () => {
  const adviceFor = async (own: readonly string[], encrypted: string): Promise<string> => {
    const toml = `${EVERYWHERE}[access]\nencrypted = ${encrypted}\n`;
    const findings = await examine(access, { own, published: [], toml });
    const finding = findings.find(({ sentence }) => sentence.startsWith('access.encrypted leaves out '));
    return finding!.advice.join('\n');
  };
  test('is "private" for local ones', async () => {
    const advice = await adviceFor(['192.168.1.20'], '["loopback"]');
    assert.match(advice, /"192\.168\.1\.0\/24"; "private" is every local one$/);
  });
  test('is not what is configured already for public ones', async () => {
    const advice = await adviceFor(['192.168.1.20', '2001:db8::5'], '["loopback", "private"]');
    assert.match(advice, /such as its first four groups/);
    assert.doesNotMatch(advice, /"private"/);
  });
});

describe('what devices can be given', () => {
  for (const [title, toml, patterns] of [
    [
      'is said',
      EVERYWHERE,
      [/^ok Android: .* dns\.example\.org/, /^ok Apple.* https:\/\/dns\.example\.org\/dns-query$/],
    ],
    [
      'has the port in it where it is another',
      '[listen]\ndot = [":853"]\ndoh = [":8443"]\n',
      [/^ok /, /^ok .*:8443\/dns-query/],
    ],
    [
      'lacks Android without DNS over TLS',
      '[listen]\ndot = []\ndoh = [":443"]\n',
      [/^warn DNS over TLS is off/, /^ok /],
    ],
    [
      'lacks Android where DNS over TLS is on another port',
      '[listen]\ndot = [":8853"]\ndoh = [":443"]\n',
      [/^warn DNS over TLS is on port 8853: .* port 853 and no other/, /^ok /],
    ],
    [
      'is nothing that matters to a machine that serves itself alone',
      '[listen]\ndns = ["127.0.0.1:53"]\ndot = ["127.0.0.1:8853"]\ndoh = ["127.0.0.1:8443"]\n',
      [/^warn every port is open on loopback/, /^skip DNS over TLS is on port 8853/, /^ok .*:8443/],
    ],
    [
      'lacks browsers without DNS over HTTPS',
      '[listen]\ndot = [":853"]\ndoh = []\n',
      [/^ok /, /^warn DNS over HTTPS is off/],
    ],
    [
      'lacks Android where DNS over TLS is on loopback, whatever the rest does',
      '[listen]\ndns = [":53"]\ndot = ["127.0.0.1:853"]\ndoh = ["127.0.0.1:8443"]\n',
      [/^warn DNS over TLS is open on loopback addresses alone/, /^warn DNS over HTTPS is open on loopback/],
    ],
    [
      'is what is outside, where loopback has other ports',
      '[listen]\ndot = ["127.0.0.1:853", "192.168.1.20:8853"]\ndoh = ["127.0.0.1:443", "192.168.1.20:8443"]\n',
      [/^warn DNS over TLS is on port 8853: /, /^ok .*:8443\/dns-query/],
    ],
  ] as const)
    test(title, async () => assertFindings(await findingsOf(clients, { toml }), patterns));

  const other = `${EVERYWHERE}[[certificate]]\nnames = ["other.example.org"]\n`;
  test('is the name that every device trusts, before one that it has to be taught', async () => {
    assertFindings(await findingsOf(clients, { toml: other, trusted: ['dns.example.org'] }), [
      /^ok Android: .* dns\.example\.org$/,
      /^ok Apple.* https:\/\/dns\.example\.org\//,
    ]);
  });
  test('is nothing for Android, where it would refuse every name', async () => {
    assertFindings(await findingsOf(clients, { toml: other, trusted: [] }), [
      /^warn Android: Private DNS refuses every name .* \(other\.example\.org, dns\.example\.org\)/,
      /^ok Apple.* https:\/\/other\.example\.org\//,
    ]);
  });
});
