import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import type { ErrorCode } from '../../errors.ts';
import type { BindFailure, ListenRequest } from '../../sockets/listening-socket-set.ts';
import { openListeningSockets } from '../../sockets/open-listening-sockets.ts';
import { explainBindFailures, explainUnservedAddress, isMissingAddress } from './explain-bind-failure.ts';

function failure(
  kind: ListenRequest['kind'],
  address: string,
  port: number,
  code: string,
  asked = address,
): BindFailure {
  return { request: { kind, address: asked, port }, address, port, code };
}

const DOT: ListenRequest = { kind: 'dot', address: '192.0.2.1', port: 443 };
const CASES: readonly { what: string; failures: BindFailure[]; code: ErrorCode; says: RegExp[] }[] = [
  {
    what: 'a port in use',
    failures: [failure('udp', '127.0.0.53', 53, 'EADDRINUSE'), failure('tcp', '127.0.0.53', 53, 'EADDRINUSE')],
    code: 'ADDRESS_IN_USE',
    says: [/^listen\.dns: UDP and TCP port 53 on 127\.0\.0\.53 is used by another program; find it with: .*53'?$/],
  },
  {
    what: 'an address of a wildcard in use',
    failures: [failure('udp', '192.0.2.1', 53, 'EADDRINUSE', '0.0.0.0')],
    code: 'ADDRESS_IN_USE',
    says: [/UDP port 53 on 192\.0\.2\.1 \(from 0\.0\.0\.0\)/],
  },
  {
    what: 'a privileged port',
    failures: [failure('dot', '0.0.0.0', 853, 'EACCES')],
    code: 'ADDRESS_NOT_PERMITTED',
    says: [/listen\.dot: no right to use TCP port 853/, /above 1023/, /server\.user/, /setcap/],
  },
  {
    what: 'a privileged port on every address, in one line,',
    failures: [
      failure('tcp', '0.0.0.0', 53, 'EACCES'),
      failure('tcp', '::', 53, 'EACCES'),
      failure('udp', '127.0.0.1', 53, 'EACCES', '0.0.0.0'),
      failure('udp', '192.0.2.1', 53, 'EACCES', '0.0.0.0'),
      failure('udp', '::1', 53, 'EACCES', '::'),
    ],
    code: 'ADDRESS_NOT_PERMITTED',
    says: [/^listen\.dns: no right to use TCP and UDP port 53 on 0\.0\.0\.0, ::; [^\n]*$/],
  },
  {
    what: 'a missing address',
    failures: [failure('doh', '203.0.113.1', 8443, 'EADDRNOTAVAIL')],
    code: 'ADDRESS_UNAVAILABLE',
    says: [/listen\.doh: this machine has no address 203\.0\.113\.1; it has .*127\.0\.0\.1/],
  },
  {
    what: 'IPv6 where there is none',
    failures: [failure('tcp', '::1', 5300, 'EAFNOSUPPORT')],
    code: 'ADDRESS_UNAVAILABLE',
    says: [/IPv6 is switched off/],
  },
  {
    what: 'a link-local address without its interface',
    failures: [failure('tcp', 'fe80::1', 5300, 'EINVAL')],
    code: 'ADDRESS_UNAVAILABLE',
    says: [/fe80::1 needs its interface, like fe80::1%eth0/],
  },
  {
    what: 'two listeners on one port',
    failures: [{ ...failure('doh', '192.0.2.1', 443, 'EADDRINUSE'), clash: DOT }],
    code: 'ADDRESS_IN_USE',
    says: [/listen\.doh and listen\.dot both want TCP port 443 on 192\.0\.2\.1/],
  },
  {
    what: 'anything else',
    failures: [failure('udp', '127.0.0.1', 5300, 'EMFILE')],
    code: 'ADDRESS_UNAVAILABLE',
    says: [/EMFILE/],
  },
];

for (const { what, failures, code, says } of CASES) {
  test(`${what} is explained with the setting, the address and a way out`, () => {
    const error = explainBindFailures(failures);
    assert.equal(error.code, code);
    assert.equal(error.exitCode, 1);
    for (const pattern of says) assert.match(error.message, pattern);
  });
}

test('several failures are all told, a line each', () => {
  const error = explainBindFailures([
    failure('udp', '127.0.0.1', 53, 'EACCES'),
    failure('dot', '127.0.0.1', 853, 'EADDRINUSE'),
  ]);
  assert.deepEqual(
    error.message.split('\n').map((line) => line.split(':')[0]),
    ['listen.dns', 'listen.dot'],
  );
});

test('a port really in use is named with its address', async (t) => {
  const holder = createSocket('udp4');
  t.after(() => holder.close());
  holder.bind({ address: '127.0.0.1', port: 0 });
  await once(holder, 'listening');
  const { port } = holder.address();
  const { set, failures } = await openListeningSockets([{ kind: 'udp', address: '127.0.0.1', port }], 1);
  t.after(() => set.closeAll());
  assert.match(explainBindFailures(failures).message, new RegExp(`UDP port ${port} on 127\\.0\\.0\\.1 is used`));
});

test('only a missing address or family is forgiven to the built-in defaults', () => {
  assert.equal(isMissingAddress(failure('udp', '::1', 5300, 'EADDRNOTAVAIL')), true);
  assert.equal(isMissingAddress(failure('udp', '::1', 5300, 'EAFNOSUPPORT')), true);
  assert.equal(isMissingAddress(failure('udp', '::1', 5300, 'EADDRINUSE')), false);
});

test('an address that comes up without the right to its port is named with what would help', () => {
  const text = explainUnservedAddress(failure('udp', '192.0.2.9', 53, 'EACCES', '0.0.0.0'));
  assert.match(text, /192\.0\.2\.9 is not served on UDP port 53/);
  assert.match(text, /CAP_NET_BIND_SERVICE/);
});
