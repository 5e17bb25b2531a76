import assert from 'node:assert/strict';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ERROR, FLAG, FRAME } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { decodeHuffman } from './huffman.ts';

function decoded(hex: string): string | undefined {
  const bytes = Buffer.from(hex, 'hex');
  const out = new Uint8Array(2 * bytes.length + 1);
  const length = decodeHuffman(bytes, 0, bytes.length, out);
  return length < 0 ? undefined : Buffer.from(out.subarray(0, length)).toString('latin1');
}

describe('Huffman-coded strings', () => {
  for (const [hex, text] of [
    // RFC 7541 appendix C.4 and C.6
    ['f1e3c2e5f23a6ba0ab90f4ff', 'www.example.com'],
    ['a8eb10649cbf', 'no-cache'],
    ['25a849e95ba97d7f', 'custom-key'],
    ['25a849e95bb8e8b4bf', 'custom-value'],
    ['6402', '302'],
    ['d07abe941054d444a8200595040b8166e082a62d1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['9d29ad171863c78f0b97c8e9ae82ae43d3', 'https://www.example.com'],
    [
      '94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
      'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ],
    // Appendix B: the longest codes, and octets that no header field has
    ['fffffff3', '\n'],
    ['ffffffef', '\u00f9'],
    ['ffc7', '\0'],
    ['', ''],
  ] as const) {
    test(`${JSON.stringify(text)} is decoded`, () => assert.equal(decoded(hex), text));
  }

  for (const [what, hex] of [
    ['the end-of-string symbol', 'ffffffff'],
    ['padding of zeros', '18'],
    ['a whole octet of padding', '1fff'],
    ['padding alone of more than seven bits', 'ff'],
  ] as const) {
    test(`${what} is refused`, () => assert.equal(decoded(hex), undefined));
  }

  test('what nghttp2 encodes is decoded, for every octet that a field value may have', async (t) => {
    const values: string[] = [];
    for (let octet = 0x20; octet <= 0xff; octet++) {
      if (octet !== 0x7f)
        values.push(`aaaaaaaaaaaaaaaaaaaaaaaaa${String.fromCharCode(octet)}eeeeeeeeeeeeeeeeeeeeeeeeeeee${octet}`);
    }
    const seen = await throughNghttp2(t, values);
    assert.deepEqual(seen, values);
  });

  test('any octets are decoded or refused, within bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const out = new Uint8Array(Math.floor((bytes.length * 8) / 5));
        const length = decodeHuffman(bytes, 0, bytes.length, out);
        assert.ok(length >= -1 && length <= out.length);
      }),
      { seed: 7541, numRuns: 5_000 },
    );
  });
});

/** The values as our decoder gets them from Node's server, a response each. */
async function throughNghttp2(t: { after(end: () => void): void }, values: readonly string[]): Promise<string[]> {
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.respond(
      { ':status': 200, 'x-value': values[Number(String(headers[':path']).slice(1))]! },
      { endStream: true },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  const seen: string[] = [];
  const decoder = new HpackDecoder();
  return new Promise((resolve, reject) => {
    const ask = (index: number): void => {
      const path = Buffer.from(`/${index}`);
      const block = Buffer.concat([Buffer.of(0x82, 0x86, 0x04, path.length), path, Buffer.of(0x01, 1, 0x78)]);
      const header = Buffer.of(0, 0, block.length, FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, 0, 0, 0, 0);
      header.writeUInt32BE(2 * index + 1, 5);
      socket.write(Buffer.concat([header, block]));
    };
    const reader = new FrameReader({
      onFrame(type, _flags, _streamId, bytes, start, end) {
        if (type !== FRAME.HEADERS) return ERROR.NO_ERROR;
        const fault = decoder.decode(bytes, start, end, {
          onField(name, value) {
            if (name === 'x-value') seen.push(value);
          },
        });
        if (seen.length === values.length) resolve(seen);
        else ask(seen.length);
        return fault;
      },
    });
    socket.on('data', (chunk) => {
      const fault = reader.read(chunk as Buffer);
      if (fault !== ERROR.NO_ERROR) reject(new Error(`fault ${fault}`));
    });
    socket.write(
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.of(0, 0, 0, FRAME.SETTINGS, 0, 0, 0, 0, 0),
      ]),
    );
    ask(0);
  });
}
