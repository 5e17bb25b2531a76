import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EXTENDED_ERROR, RCODE, TYPE } from './numbers.ts';
import { extendedErrorToText, rcodeToText, typeFromText, typeToText } from './type-text.ts';

describe('types as text', () => {
  for (const [text, type] of [
    ...Object.entries(TYPE),
    ['CDS', 59],
    ['URI', 256],
    ['TYPE65280', 65_280],
    ['TYPE0', 0],
  ] as const) {
    test(`${text} is ${type}`, () => {
      assert.equal(typeFromText(text), type);
      assert.equal(typeToText(type), text);
    });
  }

  const read: readonly [string, number | undefined][] = [
    ['https', 65],
    ['AaAa', 28],
    ['type1', 1],
    ['TYPE00001', 1],
    ['TYPE65535', 65_535],
    ['TYPE65536', undefined],
    ['TYPE', undefined],
    ['TYPE-1', undefined],
    ['TYPE1x', undefined],
    ['1', undefined],
    ['', undefined],
    ['constructor', undefined],
    [' A', undefined],
  ];
  for (const [text, type] of read) {
    test(`"${text}" is read as ${type ?? 'no type'}`, () => assert.equal(typeFromText(text), type));
  }

  test('no two types share a mnemonic: every number comes back', () => {
    for (let type = 0; type <= 0xffff; type++) assert.equal(typeFromText(typeToText(type)), type);
  });
});

describe('codes as text', () => {
  test('RCODEs have their mnemonics', () => {
    for (const [text, rcode] of Object.entries(RCODE)) assert.equal(rcodeToText(rcode), text);
    assert.equal(rcodeToText(23), 'BADCOOKIE');
    assert.equal(rcodeToText(12), 'RCODE12');
    assert.equal(rcodeToText(4095), 'RCODE4095');
  });

  test('EDE codes have the names of the registry', () => {
    for (const [key, code] of Object.entries(EXTENDED_ERROR)) {
      const text = extendedErrorToText(code).toUpperCase().replaceAll(' ', '_');
      assert.equal(text, key === 'OTHER' ? 'OTHER_ERROR' : key);
    }
    assert.equal(extendedErrorToText(4711), 'EDE4711');
    assert.equal(extendedErrorToText(-1), 'EDE-1');
  });
});
