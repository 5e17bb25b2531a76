import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { readQuestion } from './question.ts';

describe('a question', () => {
  const rows: readonly [string, string | undefined, string, number][] = [
    ['example.org', undefined, 'example.org', TYPE.A],
    ['Example.ORG.', 'aaaa', 'Example.ORG', TYPE.AAAA],
    ['.', 'NS', '.', TYPE.NS],
    ['_dns.example.org', 'SVCB', '_dns.example.org', TYPE.SVCB],
    ['example.org', 'TYPE65280', 'example.org', 65_280],
    ['a\\.b.example', 'A', 'a\\.b.example', TYPE.A],
    ['bücher.example', 'A', 'xn--bcher-kva.example', TYPE.A],
    ['例え。テスト', 'A', 'xn--r8jz45g.xn--zckzah', TYPE.A],
    ['192.0.2.1', undefined, '1.2.0.192.in-addr.arpa', TYPE.PTR],
    ['192.0.2.1', 'ptr', '1.2.0.192.in-addr.arpa', TYPE.PTR],
    ['192.0.2.1', 'A', '192.0.2.1', TYPE.A],
    [
      '2001:db8::567:89ab',
      undefined,
      'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
      TYPE.PTR,
    ],
    [
      '::ffff:192.0.2.1',
      undefined,
      '1.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa',
      TYPE.PTR,
    ],
  ];
  for (const [name, type, expectedName, expectedType] of rows) {
    test(`of ${name} ${type ?? ''} asks for ${expectedName}, type ${expectedType}`, () => {
      const question = readQuestion(name, type);
      assert.deepEqual([nameToText(question.name), question.type], [expectedName, expectedType]);
    });
  }

  const faults: readonly [string, string | undefined, RegExp][] = [
    ['', undefined, /^"" is not a domain name: /],
    ['example..org', undefined, /^"example\.\.org" is not a domain name: /],
    [`${'a'.repeat(64)}.example`, undefined, /is not a domain name/],
    ['two words', undefined, /is not a domain name/],
    ['ü%2e.example', undefined, /is not a domain name/],
    ['１２７.1', undefined, /is not a domain name/],
    ['\x1b[31m', undefined, /^"\\u\{1b\}\[31m" is not/],
    ['example.org', 'AAA', /^"AAA" is not a record type; did you mean AAAA\?$/],
    ['example.org', 'TYPE65536', /is not a record type; write A, AAAA, HTTPS, TXT or TYPE65280$/],
  ];
  for (const [name, type, message] of faults) {
    test(`${JSON.stringify(name)} ${type ?? ''} is refused with a reason`, () => {
      assert.throws(() => readQuestion(name, type), { code: 'USAGE', message });
    });
  }
});
