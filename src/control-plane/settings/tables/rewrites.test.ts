// `resolve.rewrites` and `resolve.dns64`: what they become, and their faults.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressToText } from '../../../wire/ip-address.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { readSettings, type SettingsEnvironment } from '../load-settings.ts';

const ENVIRONMENT: SettingsEnvironment = {
  workingDirectory: '/nowhere',
  cores: 1,
  hostName: 'gateway',
  localAddresses: [],
};

function settingsOf(toml: string) {
  const result = readSettings(`[resolve]\n${toml}\n`, '/nowhere/config.toml', ENVIRONMENT);
  assert.ok(result.ok, JSON.stringify(result));
  return result.settings;
}

function faultOf(toml: string): string {
  const result = readSettings(`[resolve]\n${toml}\n`, '/nowhere/config.toml', ENVIRONMENT);
  assert.ok(!result.ok, 'no fault was found');
  return result.faults.map(({ line, key, message }) => `${line} ${key}: ${message}`).join('\n');
}

describe('resolve.rewrites', () => {
  test('are records: of another name, of addresses, for all names below', () => {
    const { records } = settingsOf(
      'rewrites = { "Old.example" = "New.example", "*.dev.example" = "192.0.2.1", "b.example" = ["192.0.2.2", "2001:db8::2"] }',
    );
    const texts = records.map(({ owner, type, rdata, line }) => {
      const value = type === TYPE.CNAME ? nameToText(rdata) : type === TYPE.A ? rdata.join('.') : addressToText(rdata);
      return `${line} ${nameToText(owner)} ${type} ${value}`;
    });
    assert.deepEqual(texts, [
      `2 old.example ${TYPE.CNAME} New.example`,
      `2 *.dev.example ${TYPE.A} 192.0.2.1`,
      `2 b.example ${TYPE.A} 192.0.2.2`,
      `2 b.example ${TYPE.AAAA} 2001:db8::2`,
    ]);
  });

  const faults: readonly [string, RegExp][] = [
    ['rewrites = ["a"]', /^2 resolve\.rewrites: a list does not fit; allowed: \{ "old\.example"/],
    ['rewrites = { "x y" = "a.example" }', /^2 resolve\.rewrites\."x y": "x y" is not a name/],
    ['rewrites = { "a.*.x" = "a.example" }', /is not a name/],
    ['rewrites = { "a.example" = 5 }', /the number 5 does not fit; allowed: a name, an address/],
    ['rewrites = { "a.example" = [] }', /an empty list does not fit/],
    ['rewrites = { "a.example" = "192.0.2.256" }', /is neither a name nor an address/],
    ['rewrites = { "a.example" = "" }', /is neither a name nor an address/],
    ['rewrites = { "a.example" = "." }', /is neither a name nor an address/],
    ['rewrites = { "a.example" = "fe80::1%eth0" }', /is neither a name nor an address/],
    ['rewrites = { "a.example" = ["b.example"] }', /a list holds addresses, and a name stands alone/],
    ['rewrites = { "a.example" = "a.example" }', /leads back to itself/],
    ['rewrites = { "a.example" = "b.example", "b.example" = "a.example" }', /leads back to itself/],
    [
      'rewrites = { "a.example" = "b.example" }\n[[record]]\nname = "a.example"\ntype = "A"\nvalue = "192.0.2.1"',
      /CNAME beside other records/,
    ],
    [
      'rewrites = { "a.example" = "b.example" }\n[[record]]\nname = "b.example"\ntype = "CNAME"\nvalue = "a.example"',
      /leads back to itself/,
    ],
  ];
  for (const [toml, message] of faults) {
    test(`have a fault: ${toml.replaceAll('\n', ' ')}`, () => assert.match(faultOf(toml), message));
  }
});

describe('resolve.dns64', () => {
  test('is off, the well-known prefix, or another one', () => {
    assert.equal(settingsOf('').resolve.dns64, undefined);
    assert.equal(settingsOf('dns64 = false').resolve.dns64, undefined);
    const prefixOf = (toml: string): string => {
      const { prefix, prefixBits } = settingsOf(toml).resolve.dns64!;
      return `${addressToText(prefix)}/${prefixBits}`;
    };
    assert.equal(prefixOf('dns64 = true'), '64:ff9b::/96');
    for (const text of [
      '2001:db8::/32',
      '2001:db8:100::/40',
      '2001:db8:122::/48',
      '2001:db8:122:300::/56',
      'fd00:64::/96',
    ])
      assert.equal(prefixOf(`dns64 = "${text}"`), text);
  });

  const faults: readonly [string, RegExp][] = [
    ['dns64 = 96', /^2 resolve\.dns64: the number 96 does not fit; allowed: false, true for 64:ff9b::\/96/],
    ['dns64 = "yes"', /"yes" does not fit/],
    ['dns64 = "192.0.2.0/24"', /does not fit/],
    ['dns64 = "2001:db8::/95"', /a prefix of 95 bits holds no IPv4 address; allowed: 32, 40, 48, 56, 64, 96/],
    ['dns64 = "2001:db8::1/96"', /has bits set behind its first 96/],
    ['dns64 = "2001:db8:0:0:ff00::/96"', /bits 64 to 71 must be 0/],
  ];
  for (const [toml, message] of faults) test(`has a fault: ${toml}`, () => assert.match(faultOf(toml), message));
});
