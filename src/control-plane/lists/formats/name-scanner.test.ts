import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { wireName, wireText } from '../../../../test/fixtures/lists/wire-names.ts';
import { FAULT, type LineFault, skipReasonText } from './line-fault.ts';
import { NameScanner } from './name-scanner.ts';

const SEED = 20_260_101;

function scan(text: string): { name: string | undefined; fault: string; rest: string } {
  const scanner = new NameScanner();
  const bytes = Buffer.from(text);
  const after = scanner.scan(bytes, 0, bytes.length);
  return {
    name: scanner.fault === FAULT.NONE ? wireText(scanner.wire, scanner.length) : undefined,
    fault: skipReasonText(scanner.fault),
    rest: bytes.subarray(after).toString(),
  };
}

describe('a name in a list', () => {
  const label63 = 'a'.repeat(63);
  const name255 = `${label63}.${label63}.${label63}.${'b'.repeat(61)}`;
  const good: [string, string][] = [
    ['example.org', 'example.org'],
    ['Ads.EXAMPLE.org', 'ads.example.org'],
    ['example.org.', 'example.org'],
    ['_dmarc.a_b.example.org', '_dmarc.a_b.example.org'],
    ['-a-.example.org', '-a-.example.org'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['zip', 'zip'],
    ['1.2.3.4.example', '1.2.3.4.example'],
    [`${label63}.example.org`, `${label63}.example.org`],
    [name255, name255],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
  ];
  for (const [text, name] of good) {
    test(`${text.slice(0, 40)} is read as ${name.slice(0, 40)}`, () => {
      assert.deepEqual(scan(text), { name, fault: '', rest: '' });
    });
  }

  const faulty: [string, LineFault][] = [
    ['', FAULT.EMPTY_LABEL],
    ['.', FAULT.EMPTY_LABEL],
    ['..', FAULT.EMPTY_LABEL],
    ['.example.org', FAULT.EMPTY_LABEL],
    ['a..example.org', FAULT.EMPTY_LABEL],
    ['example.org..', FAULT.EMPTY_LABEL],
    [`${'a'.repeat(64)}.example.org`, FAULT.LABEL_TOO_LONG],
    [`example.${'a'.repeat(64)}`, FAULT.LABEL_TOO_LONG],
    [`${name255}b`, FAULT.NAME_TOO_LONG],
    [`${'a.'.repeat(2000)}example`, FAULT.NAME_TOO_LONG],
    ['http://example.org/', FAULT.BAD_CHARACTER],
    ['||example.org^', FAULT.BAD_CHARACTER],
    ['exa*mple.org', FAULT.BAD_CHARACTER],
    ['ex\u0000ample.org', FAULT.BAD_CHARACTER],
    ['2001:db8::1', FAULT.BAD_CHARACTER],
    ['192.0.2.1', FAULT.ADDRESS],
    ['192.0.2.1.', FAULT.ADDRESS],
    ['１９２.0.2.1', FAULT.ADDRESS],
    ['bücher%2eexample', FAULT.BAD_CHARACTER],
    ['bücher/example', FAULT.BAD_CHARACTER],
    [`${'ü'.repeat(600)}.example`, FAULT.BAD_CHARACTER],
  ];
  for (const [text, fault] of faulty) {
    test(`${JSON.stringify(text.slice(0, 40))} is refused: ${skipReasonText(fault)}`, () => {
      assert.deepEqual(scan(text), { name: undefined, fault: skipReasonText(fault), rest: '' });
    });
  }

  test('ends at further characters where a format has them', () => {
    const scanner = new NameScanner('^/');
    for (const text of ['a.example^', 'a.example/b', 'bücher.example^x']) {
      const bytes = Buffer.from(text);
      const after = scanner.scan(bytes, 0, bytes.length);
      assert.equal(scanner.fault, FAULT.NONE);
      assert.equal(after, bytes.indexOf(text.includes('^') ? '^' : '/'));
    }
  });

  test('octets that are not UTF-8 are refused', () => {
    const scanner = new NameScanner();
    scanner.scan(Uint8Array.of(0x62, 0xfc, 0x63, 0x2e, 0x64), 0, 5);
    assert.equal(scanner.fault, FAULT.BAD_CHARACTER);
  });

  test('ends at a blank, a tab, a line end or a comment', () => {
    for (const rest of [' b', '\tb', '\r\n', '\n', '#b']) {
      assert.deepEqual(scan(`example.org${rest}`), { name: 'example.org', fault: '', rest });
    }
  });

  test('after a fault the whole token is behind', () => {
    assert.equal(scan('a..b/c example.org').rest, ' example.org');
  });
});

describe('any text', () => {
  const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
  const topLabel = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const nameText = fc
    .tuple(fc.array(label, { maxLength: 8 }), topLabel)
    .map(([labels, top]) => [...labels, top].join('.'));

  test('a well-formed name is read as the same wire name that any other reader makes of it', () => {
    const property = fc.property(nameText, (text) => {
      const scanner = new NameScanner();
      const bytes = Buffer.from(text);
      assert.equal(scanner.scan(bytes, 0, bytes.length), bytes.length);
      assert.equal(scanner.fault, FAULT.NONE);
      assert.deepEqual(scanner.wire.slice(0, scanner.length), wireName(text));
    });
    fc.assert(property, { seed: SEED, numRuns: 500 });
  });

  test('what is accepted is a name, whatever the octets were', () => {
    const scanner = new NameScanner();
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .string({ unit: fc.constantFrom('a', '.', '-', '1', 'ü', '#', ' ', '*'), maxLength: 300 })
        .map((s) => Buffer.from(s)),
    );
    const property = fc.property(octets, (bytes) => {
      const after = scanner.scan(bytes, 0, bytes.length);
      assert.ok(after >= 0 && after <= bytes.length);
      if (scanner.fault !== FAULT.NONE) return;
      const { wire, length } = scanner;
      assert.ok(length >= 3 && length <= 255);
      let at = 0;
      while (wire[at] !== 0) {
        assert.ok(wire[at]! <= 63);
        at += wire[at]! + 1;
      }
      assert.equal(at, length - 1);
    });
    fc.assert(property, { seed: SEED, numRuns: 2000 });
  });
});
