// The octets of docs/clients/dnr.md, decoded by RFC 9463: what devices would read out of them.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runCommand } from '../e2e/run-command.ts';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import { hasCommands } from '../setup/require-components.ts';
import { addressToText } from '../../src/wire/ip-address.ts';
import { nameToText } from '../../src/wire/name-text.ts';
import { guideBlock, guideCommands } from './guide-text.ts';

interface Resolver {
  readonly priority: number;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly parameters: Readonly<Record<number, string>>;
}

const DOT = { 1: '\x03dot', 3: '\x03\x55' };
const DOH = { 1: '\x02h2', 3: '\x01\xbb', 7: '/dns-query{?dns}' };
const OVER_IPV4 = { name: 'dns.example.org', addresses: ['192.0.2.53'] };
const OVER_IPV6 = { name: 'dns.example.org', addresses: ['2001:db8::53'] };

/** Section 5.1: instances one behind the other, each with its length. */
function decodeV4(octets: Buffer): Resolver[] {
  const resolvers: Resolver[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = octets.readUInt16BE(at);
    assert.ok(at + 2 + length <= octets.length, 'an instance ends within the option');
    resolvers.push(decodeInstance(octets.subarray(at + 2, at + 2 + length), 1));
    at += 2 + length;
  }
  return resolvers;
}

/** `lengthBytes`: 1 for IPv4; 2 for IPv6 (section 4.1), whose option has one instance. */
function decodeInstance(octets: Buffer, lengthBytes: 1 | 2): Resolver {
  let at = 2;
  const slice = (length: number): Buffer => {
    assert.ok(at + length <= octets.length, 'a length that fits');
    at += length;
    return octets.subarray(at - length, at);
  };
  const counted = (bytes: 1 | 2): Buffer => slice(slice(bytes).readUIntBE(0, bytes));
  const name = nameToText(counted(lengthBytes));
  const family = lengthBytes === 1 ? 4 : 16;
  const packed = counted(lengthBytes);
  assert.equal(packed.length % family, 0);
  const addresses = Array.from({ length: packed.length / family }, (_, index) => {
    const one = packed.subarray(index * family, (index + 1) * family);
    return family === 4 ? one.join('.') : addressToText(one);
  });
  const parameters: Record<number, string> = {};
  let last = -1;
  while (at < octets.length) {
    const key = slice(2).readUInt16BE();
    assert.ok(key > last, 'keys in ascending order (RFC 9460 section 2.2)');
    last = key;
    parameters[key] = counted(2).toString('latin1');
  }
  return { priority: octets.readUInt16BE(), name, addresses, parameters };
}

function dnsmasqOctets(line: string): Buffer {
  return Buffer.from(/,([\da-f:]+)$/.exec(line)![1]!.replaceAll(':', ''), 'hex');
}

describe('what the DNR snippets say', () => {
  const [v4, v6] = guideCommands('dnr.md', '## dnsmasq');
  const [both] = guideCommands('dnr.md', 'In the place of the first line');

  test('dnsmasq: DNS over TLS by IPv4 and IPv6', () => {
    assert.match(v4!, /^dhcp-option=162,/);
    assert.deepEqual(decodeV4(dnsmasqOctets(v4!)), [{ priority: 1, ...OVER_IPV4, parameters: DOT }]);
    assert.match(v6!, /^dhcp-option=option6:144,/);
    assert.deepEqual(decodeInstance(dnsmasqOctets(v6!), 2), { priority: 1, ...OVER_IPV6, parameters: DOT });
  });

  test('dnsmasq: DNS over HTTPS as a second instance', () => {
    assert.deepEqual(decodeV4(dnsmasqOctets(both!)), [
      { priority: 1, ...OVER_IPV4, parameters: DOT },
      { priority: 2, ...OVER_IPV4, parameters: DOH },
    ]);
  });

  test('Kea: the same octets', () => {
    const dataOf = (file: string) => {
      const { 'option-data': options } = JSON.parse(guideBlock('dnr.md', `\`${file}\``)) as {
        'option-data': { code: number; data: string }[];
      };
      return options.map(({ code, data }) => [code, data]);
    };
    assert.deepEqual(dataOf('kea-dhcp4.conf'), [[162, dnsmasqOctets(both!).toString('hex')]]);
    assert.deepEqual(dataOf('kea-dhcp6.conf'), [[144, dnsmasqOctets(v6!).toString('hex')]]);
  });

  test('dnsmasq itself takes the lines', async (t) => {
    if (!hasCommands(t, 'dnsmasq')) return;
    const { path, remove } = temporaryDirectory('dnr');
    t.after(remove);
    for (const lines of [
      [v4!, v6!],
      [both!, v6!],
    ]) {
      writeFileSync(join(path, 'dnsmasq.conf'), lines.join('\n'));
      const { exitCode, errors } = await runCommand('dnsmasq', '--test', '-C', join(path, 'dnsmasq.conf'));
      assert.equal(exitCode, 0, errors);
    }
  });
});
