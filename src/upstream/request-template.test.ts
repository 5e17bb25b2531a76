import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ERROR } from '../http2/frame.ts';
import { HpackDecoder } from '../http2/hpack-decoder.ts';
import { RequestTemplate } from './request-template.ts';

function pathOf(url: string, query: Uint8Array): string | undefined {
  const template = new RequestTemplate(new URL(url));
  const block = new Uint8Array(template.lengthFor(query));
  const end = template.write(query, true, block, 0);
  assert.ok(end <= block.length);
  const fields = new Map<string, string>();
  const onField = (name: string, value: string) => fields.set(name, value);
  assert.equal(new HpackDecoder().decode(block, 0, end, { onField }), ERROR.NO_ERROR);
  return fields.get(':path');
}

describe('the path of a request', () => {
  const query = Buffer.alloc(384, 0xa5);
  const text = query.toString('base64url');
  for (const [url, path] of [
    ['https://dns.example.org/dns-query', `/dns-query?dns=${text}`],
    ['https://dns.example.org', `/?dns=${text}`],
    ['https://dns.example.org/dns?user=one', `/dns?user=one&dns=${text}`],
    ['https://dns.example.org/%C3%A9', `/%C3%A9?dns=${text}`],
    [`https://dns.example.org/${'x'.repeat(4000)}`, `/${'x'.repeat(4000)}?dns=${text}`],
  ] as const) {
    test(`for ${url.slice(0, 50)} has the query in it`, () => assert.equal(pathOf(url, query), path));
  }

  test('longer than a frame has room for is refused at once', () => {
    assert.throws(() => new RequestTemplate(new URL(`https://dns.example.org/${'x'.repeat(5000)}`)), TypeError);
  });
});
