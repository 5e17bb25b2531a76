import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { foreignContent, recognizeFormat } from './recognize-format.ts';

describe('recognizing a format', () => {
  const lists: [string, string][] = [
    ['hosts', '# head\n127.0.0.1 localhost\n0.0.0.0 a.example\n0.0.0.0 b.example # why\n'],
    ['hosts', '0.0.0.0 a.example b.example c.example\n'],
    ['hosts', 'a.example\n0.0.0.0 b.example\n0.0.0.0 c.example\n'],
    ['domains', '! head\na.example\nb.example\n*.c.example\n'],
    ['domains', '# nothing but comments\n'],
    ['domains', ''],
    ['adblock', 'a.example\nb.example\nc.example\n/ads[0-9]/\n'],
    ['adblock', `${'a.example\n'.repeat(10)}||b.example^\n||c.example^\n@@||d.example^\n`],
    ['adblock', `${'0.0.0.0 a.example\n'.repeat(30)}@@||b.example^\n`],
    ['adblock', `${'0.0.0.0 a.example\n'.repeat(999)}@@||a.example^\n`],
    ['adblock', `${'a.example\n'.repeat(999)}@@||a.example^\n`],
    ['adblock', `${'0.0.0.0 a.example\n'.repeat(98)}||b.example^\n0.0.0.0 b..example\n`],
    ['adblock', `${'a.example\n'.repeat(999)}/ads[0-9]/\n`],
    ['adblock', `${'a.example\n'.repeat(999)}/ads[0-9]/$important\r\n`],
    ['adblock', `${'0.0.0.0 a.example\n'.repeat(999)} |b.example^\n`],
    ['hosts', `# | a | b |\n${'0.0.0.0 a.example\n'.repeat(99)}|----|----|\n||====||\n`],
    ['domains', `${'a.example\n'.repeat(99)}a.example##.banner\n/banner/ads.png\n`],
    ['dnsmasq', `${'local=/a.example/\n'.repeat(30)}||b.example^\n||c.example^\n`],
    ['regex', `${'^ads[0-9]+\\.\n'.repeat(17)}${'a.example\n'.repeat(3)}/track/\n`],
    ['domains', `${'a.example\n'.repeat(99)}b.example c.example\n`],
    ['adblock', `${'a.example\n'.repeat(10)}*.b.example\n||c.example^\n`],
    ['adblock', `${'*.a.example\n'.repeat(30)}||b.example^\n`],
    ['wildcard', '# head\n*.a.example\n*.b.example\nc.example\n'],
    ['dnsmasq', '# head\nlocal=/a.example/\naddress=/b.example/#\n'],
    ['dnsmasq', 'server=/a.example/\nserver=/b.example/192.0.2.1\n'],
    ['adblock', '! head\n||a.example^\n@@||b.example^\n'],
    ['adblock', '||a.example^\n0.0.0.0 b.example\nc.example\n||d.example^\n'],
    ['adblock', '[Adblock Plus 2.0]\na.example\nb.example\n'],
    ['adblock', '! EasyList-like\na.example##.x\n||a.example^$third-party\n/banner/*\n'],
    ['adblock', '/ads[0-9]+/\n/track(er|ing)/\n'],
    [
      'rpz',
      '$TTL 300\n@ SOA localhost. root.localhost. 1 2 3 4 5\n  NS localhost.\na.example CNAME .\n*.a.example CNAME .\n',
    ],
    [
      'rpz',
      '$ORIGIN rpz.example.\n@ 300 IN SOA a. b. (\n 1 2 3 4 5 )\n24.0.2.0.192.rpz-ip A 192.0.2.7\na.example A 192.0.2.1\n',
    ],
    ['regex', '# head\n^ads?[0-9]*\\.\n(^|\\.)a\\.example$\n^b[_.-]\n'],
    ['regex', '(\\.|^)a\\.example$\n'],
    ['regex', `${'^ad7[0-9]+\\.\n'.repeat(100)}||x.example^\n`],
    ['domains', '|name|kind|\n|----|----|\n|evil.example|malware|\n|bad.example|phishing|\n'],
    ['domains', '"evil3.example"\n"evil4.example"\n'],
    ['domains', 'hxxp://evil3[.]example/x\nhxxp://evil4[.]example/y\n'],
    ['domains', 'evil3.example|malware|2026\nevil4.example|malware|2026\n'],
    ['addresses', '# head\n192.0.2.1\n198.51.100.0/24\n2001:db8::/32\n'],
  ];
  for (const [format, text] of lists) {
    test(`${JSON.stringify(text.slice(0, 60))} is ${format}`, () => {
      assert.equal(recognizeFormat(Buffer.from(text)).name, format);
    });
  }

  test('takes no longer than its first lines need, whatever they are', () => {
    const hostile = Buffer.from(`${'('.repeat(1000)}\n`.repeat(130));
    assert.equal(recognizeFormat(hostile).name, 'domains');
  });
});

describe('what is no list', () => {
  const foreign: [string, Uint8Array | string][] = [
    ['it is a web page, not a list', '\n\n<!DOCTYPE html>\n<html>'],
    ['it is a web page, not a list', '<HTML><body>Please log in</body>'],
    ['it is a web page, not a list', '<?xml version="1.0"?>'],
    ['it is JSON, not a list', '{"message": "rate limit"}'],
    ['it is JSON, not a list', '[\n  "a.example"\n]'],
    ['it is JSON, not a list', '[]'],
    ['it is JSON, not a list', '[["a.example"]]'],
    ['it is JSON, not a list', '{\n}'],
    ['it is binary data, not text', Uint8Array.of(0x41, 0, 0x42)],
    ['it is a gzip archive, not text', gzipSync('a.example\n')],
  ];
  for (const [reason, content] of foreign) {
    test(`${JSON.stringify(content.toString().slice(0, 30))}: ${reason}`, () => {
      assert.equal(foreignContent(Buffer.from(content)), reason);
    });
  }

  test('lists are not taken for it', () => {
    for (const text of [
      '# <html>\na.example',
      '[Adblock Plus]\n',
      'a.example',
      '',
      '0.0.0.0 a.example',
      '[a-z]+\\.x\n',
      '[[:alnum:]]+\\.ads\\.example$\n',
      '[[:digit:]]+ads\n',
      '[]a]ds\n',
    ]) {
      assert.equal(foreignContent(Buffer.from(text)), undefined);
    }
  });
});
