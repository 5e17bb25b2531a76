import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { foreignContent, foreignSyntax, recognizeFormat } from './recognize-format.ts';

describe('recognizing a format', () => {
  const lists: [string, string][] = [
    ['hosts', '# head\n127.0.0.1 localhost\n0.0.0.0 a.example\n0.0.0.0 b.example # why\n'],
    ['hosts', '0.0.0.0 a.example b.example c.example\n'],
    ['domains', '! head\na.example\nb.example\n*.c.example\n'],
    ['wildcard', '# head\n*.a.example\n*.b.example\nc.example\n'],
    ['domains', '# nothing but comments\n'],
    ['domains', ''],
    ['hosts', 'a.example\n0.0.0.0 b.example\n0.0.0.0 c.example\n'],
  ];
  for (const [format, text] of lists) {
    test(`${JSON.stringify(text.slice(0, 50))} is ${format}`, () => {
      assert.equal(recognizeFormat(Buffer.from(text)), format);
    });
  }
});

describe('what is no list', () => {
  const foreign: [string, Uint8Array | string][] = [
    ['it is a web page, not a list', '\n\n<!DOCTYPE html>\n<html>'],
    ['it is a web page, not a list', '<HTML><body>Please log in</body>'],
    ['it is a web page, not a list', '<?xml version="1.0"?>'],
    ['it is JSON, not a list', '{"message": "rate limit"}'],
    ['it is JSON, not a list', '[\n  "a.example"\n]'],
    ['it is binary data, not text', Uint8Array.of(0x41, 0, 0x42)],
    ['it is a gzip archive, not text', gzipSync('a.example\n')],
  ];
  for (const [reason, content] of foreign) {
    test(`${JSON.stringify(content.toString().slice(0, 30))}: ${reason}`, () => {
      assert.equal(foreignContent(Buffer.from(content)), reason);
    });
  }

  test('lists are not taken for it', () => {
    for (const text of ['# <html>\na.example', '[Adblock Plus]\n', 'a.example', '', '0.0.0.0 a.example']) {
      assert.equal(foreignContent(Buffer.from(text)), undefined);
    }
  });

  test('rules of other filters are called by their name', () => {
    assert.equal(foreignSyntax(Buffer.from('! head\n||a.example^\n')), 'AdBlock rules');
    assert.equal(foreignSyntax(Buffer.from('@@||a.example^')), 'AdBlock rules');
    assert.equal(foreignSyntax(Buffer.from('# head\nlocal=/a.example/\n')), 'dnsmasq settings');
    assert.equal(foreignSyntax(Buffer.from('$TTL 300\n@ SOA\n')), 'a response policy zone');
    assert.equal(foreignSyntax(Buffer.from('a.example CNAME .\n')), 'a response policy zone');
    assert.equal(foreignSyntax(Buffer.from('some words\n')), undefined);
  });
});
