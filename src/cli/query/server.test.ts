import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSettings } from '../../control-plane/settings/load-settings.ts';
import { describeServer, gatewayServer, readServer, type Server } from './server.ts';

describe('a server URL', () => {
  const rows: readonly [string, string | undefined, Omit<Server, 'hostIsName'>][] = [
    [
      'udp://127.0.0.1:5300',
      undefined,
      { transport: 'udp', host: '127.0.0.1', addresses: ['127.0.0.1'], port: 5300, path: '' },
    ],
    ['TCP://[::1]/', undefined, { transport: 'tcp', host: '::1', addresses: ['::1'], port: 53, path: '' }],
    [
      'tls://localhost',
      undefined,
      { transport: 'tls', host: 'localhost', addresses: ['127.0.0.1', '::1'], port: 853, path: '' },
    ],
    [
      'https://dns.example',
      '192.0.2.53',
      { transport: 'https', host: 'dns.example', addresses: ['192.0.2.53'], port: 443, path: '/dns-query' },
    ],
    [
      'https://192.0.2.53:8443/other?token=1',
      undefined,
      { transport: 'https', host: '192.0.2.53', addresses: ['192.0.2.53'], port: 8443, path: '/other?token=1' },
    ],
    [
      'tls://DÜNS.example:853',
      'fe80::1%eth0',
      { transport: 'tls', host: 'xn--dns-hoa.example', addresses: ['fe80::1%eth0'], port: 853, path: '' },
    ],
  ];
  for (const [url, address, expected] of rows) {
    test(`${url} ${address ?? ''} says whom to ask and where`, () => {
      const { hostIsName, ...server } = readServer(url, address);
      assert.deepEqual(server, expected);
      assert.equal(hostIsName, /[g-z]/.test(expected.host));
    });
  }

  const faults: readonly [string, string | undefined, RegExp][] = [
    ['tls://dns.example', undefined, /say where dns\.example is with --address ADDRESS; asking the system/],
    ['tls://sub.localhost', undefined, /say where sub\.localhost is with --address/],
    ['192.0.2.1:53', undefined, /no transport; did you mean udp:\/\/192\.0\.2\.1:53\?/],
    ['2001:db8::1', undefined, /did you mean udp:\/\/\[2001:db8::1\]\?/],
    ['quic://192.0.2.1', undefined, /"quic" is not a transport; write udp:/],
    ['http://192.0.2.1/dns-query', undefined, /"http" is not a transport/],
    ['udp://192.0.2.1/path', undefined, /\/path has no place here/],
    ['https://192.0.2.1/dns-query{?dns}', undefined, /has no place here/],
    ['udp://192.0.2.1:0', undefined, /port 0 does not exist/],
    ['udp://192.0.2.1:65536', undefined, /port 65536 does not exist/],
    ['udp://', undefined, /"" is not a host and port/],
    ['udp://2001:db8::1', undefined, /is not a host and port/],
    ['udp://[192.0.2.1]', undefined, /is not a host and port/],
    ['https://user:secret@192.0.2.1', undefined, /is not a host and port/],
    ['tls://dns.example', 'dns.example', /--address dns\.example: not an IP address/],
  ];
  for (const [url, address, message] of faults) {
    test(`${url} ${address ?? ''} is refused with what would be right`, () => {
      assert.throws(() => readServer(url, address), { code: 'USAGE', message });
    });
  }

  test('is shown with the address that is asked', () => {
    assert.equal(
      describeServer(readServer('https://localhost:8443', undefined), '::1'),
      'https://localhost:8443/dns-query (::1)',
    );
    assert.equal(describeServer(readServer('udp://[::1]', undefined), '::1'), 'udp://[::1]:53');
  });
});

describe('the gateway of a configuration', () => {
  const settings = (toml: string) => {
    const result = readSettings(toml, '/nowhere/config.toml', {
      workingDirectory: '/nowhere',
      cores: 1,
      hostName: 'gateway',
    });
    assert.ok(result.ok, JSON.stringify(result));
    return result.settings;
  };

  test('is asked at its first plain address', () => {
    const server = gatewayServer(settings('listen.dns = ["127.0.0.1:5301", "[::1]:5302"]'));
    assert.deepEqual([server.transport, server.addresses, server.port], ['udp', ['127.0.0.1'], 5301]);
  });

  test('is asked at its loopback address if it listens on every address', () => {
    assert.deepEqual(gatewayServer(settings('listen.dns = [":5301"]')).addresses, ['127.0.0.1']);
    assert.deepEqual(gatewayServer(settings('listen.dns = ["[::]:5301"]')).addresses, ['::1']);
  });

  test('without plain DNS has to be named', () => {
    assert.throws(() => gatewayServer(settings('listen.dns = []')), {
      code: 'USAGE',
      message: /name one with --server URL/,
    });
  });
});
