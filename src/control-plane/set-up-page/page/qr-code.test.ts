import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { folderOf, unpackPackages } from '../../../../test/setup/unpack-packages.ts';
import { qrCode } from './qr-code.ts';

const MODULE_PIXELS = 4;

const READER = `
import json, sys, zbar
for width, pixels in json.load(sys.stdin):
    image = zbar.Image(width, width, 'Y800', bytes.fromhex(pixels))
    zbar.ImageScanner().scan(image)
    print(json.dumps([symbol.data for symbol in image]))`;

/** The drawing, painted: rectangles of the path in black on white. */
function pixelsOf(svg: string): [width: number, hex: string] {
  const modules = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)![1]);
  const width = modules * MODULE_PIXELS;
  const pixels = Buffer.alloc(width * width, 0xff);
  for (const [, x, y, run] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    for (let row = 0; row < MODULE_PIXELS; row++) {
      const start = (Number(y) * MODULE_PIXELS + row) * width + Number(x) * MODULE_PIXELS;
      pixels.fill(0, start, start + Number(run) * MODULE_PIXELS);
    }
  return [width, pixels.toString('hex')];
}

test('a reader of QR codes reads what was drawn', async (t) => {
  const libraries = ['libzbar0', 'libv4l-0', 'libv4lconvert0', 'libjpeg62-turbo'];
  const root = await unpackPackages(t, 'python3-zbar', ...libraries);
  if (root === undefined) return;
  const texts = [
    'dns.example.org',
    'https://dns.example.org/dns-query',
    'http://[2001:db8::53]:8053/',
    `https://${'long-label-of-a-name.'.repeat(9)}example.org:8443/dns-query/kitchen-tablet`,
  ];
  const environment = {
    ...process.env,
    PYTHONPATH: folderOf(root, /^zbar.*\.so$/),
    LD_LIBRARY_PATH: folderOf(root, /^libzbar\.so/),
  };
  const input = JSON.stringify(texts.map((text) => pixelsOf(qrCode(text, 'label').text)));
  const output = execFileSync('/usr/bin/python3', ['-c', READER], { input, env: environment, encoding: 'utf8' });
  assert.deepEqual(
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    texts.map((text) => [text]),
  );
});

test('what a screen reader says is escaped', () => {
  assert.match(qrCode('x', '"<b>"').text, /aria-label="&quot;&lt;b&gt;&quot;"/);
});
