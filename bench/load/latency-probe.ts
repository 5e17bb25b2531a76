// Asks at a steady rate from one process of its own, over UDP or over DNS over HTTPS, and notes how long each answer took.
// Both ways are as lean as they can be, so that their difference is that of the servers: a connected socket, or one TLS
// connection with HTTP/2 frames made by hand.
// Run: node latency-probe.ts udp|doh PORT CA_FILE RATE SECONDS NAME_PREFIX; prints microseconds as JSON.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { SERVER_ADDRESS, SERVER_HOST_NAME } from '../servers/server.ts';
import { addressQuery } from './ask.ts';

/** Asks with this number from 0; the answer calls back with it. */
interface Way {
  ask(number: number, query: Uint8Array): void;
  close(): void;
}

const [protocol, port, caFile, rate, seconds, prefix] = process.argv.slice(2);

async function probe(): Promise<void> {
  const count = Number(rate) * Number(seconds);
  const begun = new Float64Array(count);
  const microseconds: number[] = [];
  const all = Promise.withResolvers<void>();
  const answered = (number: number): void => {
    microseconds.push((performance.now() - begun[number]!) * 1000);
    if (microseconds.length === count) all.resolve();
  };
  const way = await (protocol === 'udp' ? overUdp(answered) : overHttps(answered));
  const queries = Array.from({ length: count }, (_, number) => addressQuery(`${prefix}${number}.example.org`));
  const start = performance.now() + 10;
  let next = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, ((performance.now() - start) / 1000) * Number(rate));
    for (; next < due; next++) {
      begun[next] = performance.now();
      way.ask(next, queries[next]!);
    }
    if (next === count) clearInterval(timer);
  }, 1);
  const giveUp = setTimeout(all.resolve, (Number(seconds) + 5) * 1000);
  await all.promise;
  clearTimeout(giveUp);
  clearInterval(timer);
  way.close();
  console.log(JSON.stringify({ asked: count, microseconds: microseconds.map((value) => Math.round(value)) }));
}

async function overUdp(answered: (number: number) => void): Promise<Way> {
  const socket = createSocket('udp4');
  socket.connect(Number(port), SERVER_ADDRESS);
  await once(socket, 'connect');
  socket.on('message', (message) => {
    if ((message[3]! & 15) === 0) answered(message.readUInt16BE(0));
  });
  return {
    ask: (number, query) => {
      query[0] = number >> 8;
      query[1] = number;
      socket.send(query);
    },
    close: () => socket.close(),
  };
}

const FRAME_HEADER_BYTES = 9;
const [DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE] = [0, 1, 4, 6, 8];
const [END_STREAM, END_HEADERS, ACK] = [1, 4, 1];

async function overHttps(answered: (number: number) => void): Promise<Way> {
  const ca = readFileSync(caFile!);
  const to = { host: SERVER_ADDRESS, port: Number(port), servername: SERVER_HOST_NAME, ALPNProtocols: ['h2'], ca };
  const socket = connect(to);
  socket.setNoDelay(true);
  await once(socket, 'secureConnect');
  socket.write(
    Buffer.concat([
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      frame(SETTINGS!, 0, 0, Buffer.alloc(0)),
      frame(WINDOW_UPDATE!, 0, 0, Buffer.from([0x3f, 0xff, 0, 0])),
    ]),
  );
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + rest.readUIntBE(0, 3);
      if (rest.length < end) return;
      const [type, flags, stream] = [rest[3]!, rest[4]!, rest.readUInt32BE(5)];
      const isFirstOfTwo = (type === SETTINGS || type === PING) && (flags & ACK!) === 0;
      if (isFirstOfTwo)
        socket.write(frame(type, ACK!, 0, type === PING ? rest.subarray(FRAME_HEADER_BYTES, end) : Buffer.alloc(0)));
      // An empty frame may end the stream after the message.
      if ((type === DATA || type === HEADERS) && (flags & END_STREAM!) !== 0) answered((stream - 1) / 2);
      rest = rest.subarray(end);
    }
  });
  return {
    ask: (number, query) => {
      const path = `/dns-query?dns=${Buffer.from(query).toString('base64url')}`;
      const block = Buffer.concat([
        Buffer.from([0x82, 0x87, 0x04]), // :method GET, :scheme https, :path literal
        literal(path),
        Buffer.from([0x01]), // :authority literal
        literal(SERVER_HOST_NAME),
        Buffer.from([0x0f, 0x04]), // accept literal
        literal('application/dns-message'),
      ]);
      socket.write(frame(HEADERS!, END_STREAM! | END_HEADERS!, number * 2 + 1, block));
    },
    close: () => socket.destroy(),
  };
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** A string below 254 octets, without Huffman coding (RFC 7541 section 5.2). */
function literal(text: string): Buffer {
  const length = text.length < 127 ? [text.length] : [127, text.length - 127];
  return Buffer.concat([Buffer.from(length), Buffer.from(text)]);
}

await probe();
