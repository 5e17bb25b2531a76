// DNS cookies over time: when a client's cookie counts, and what it gets.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import type { CookieMode } from '../../src/plane-messages/thread-start.ts';
import { DOT, TCP, UDP } from '../../src/data-plane/listeners/transports.ts';
import { answerWith, Conversation, COOKIES } from './conversation.ts';

const COOKIE = 10;
const CLIENT_COOKIE = Buffer.from('2464c4abcf10c957', 'hex');
const HOUR = 3_600_000;

function askWith(cookie: Uint8Array, name = 'www.example.org'): Buffer {
  return dnsPacket.encode({
    type: 'query',
    id: 7,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ name, type: 'A' }],
    additionals: [
      { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [{ code: COOKIE, data: cookie }] } as never,
    ],
  });
}

function talkWith(mode: CookieMode): Conversation {
  const talk = new Conversation();
  talk.cookies.replace({ ...COOKIES, mode });
  talk.script = (question) => answerWith(question, [{ type: 'A', name: question.name, ttl: 30, data: '192.0.2.1' }]);
  return talk;
}

interface Heard {
  readonly rcode: number;
  readonly answers: number;
  readonly cookie: Buffer;
}

async function heardFor(talk: Conversation, cookie: Uint8Array, client?: string, transport = UDP): Promise<Heard> {
  const reply = await talk.send(askWith(cookie), transport, client);
  const { answers, additionals } = dnsPacket.decode(reply!);
  const opt = additionals?.[0] as dnsPacket.OptAnswer;
  const options = opt.options as unknown as readonly { readonly code: number; readonly data: Buffer }[];
  const cookies = options.filter(({ code }) => code === COOKIE);
  assert.equal(cookies.length, 1);
  return {
    rcode: (reply![3]! & 0xf) + (opt.extendedRcode << 4),
    answers: answers?.length ?? 0,
    cookie: Buffer.from(cookies[0]!.data),
  };
}

describe('cookies', () => {
  test('E13 E14 a cookie opens the door for an hour, and each reply brings a fresh one', async () => {
    const talk = talkWith('require');
    let { rcode, cookie } = await heardFor(talk, CLIENT_COOKIE);
    assert.equal(rcode, 23);
    const first = cookie;
    for (let hours = 0; hours < 30; hours++) {
      talk.nowMilliseconds += HOUR;
      const reply = await heardFor(talk, cookie);
      assert.deepEqual([reply.rcode, reply.answers], [0, 1]);
      assert.notDeepEqual(reply.cookie, cookie);
      ({ cookie } = reply);
    }
    talk.nowMilliseconds += HOUR + 1000;
    assert.equal((await heardFor(talk, cookie)).rcode, 23);
    assert.equal((await heardFor(talk, first)).rcode, 23);
    assert.equal(talk.counters.accessRefused, 3);
  });

  test('E13 a change of secrets refuses nobody who asks once an hour', async () => {
    const talk = talkWith('require');
    let { cookie } = await heardFor(talk, CLIENT_COOKIE);
    let { signing } = COOKIES;
    for (let day = 3; day < 8; day++) {
      const fresh = new Uint8Array(16).fill(day);
      for (const secrets of [
        { signing, other: fresh },
        { signing: fresh, other: signing },
      ]) {
        talk.cookies.replace({ mode: 'require', ...secrets });
        const reply = await heardFor(talk, cookie);
        assert.equal(reply.rcode, 0);
        talk.nowMilliseconds += HOUR / 2;
        ({ cookie } = reply);
      }
      signing = fresh;
    }
    talk.cookies.replace({ mode: 'require', signing: new Uint8Array(16), other: new Uint8Array(16) });
    assert.equal((await heardFor(talk, cookie)).rcode, 23);
  });

  test('E13 a cookie counts only at the address it was given to', async () => {
    const talk = talkWith('require');
    for (const [client, other] of [
      ['192.168.1.2', '192.168.1.3'],
      ['fd00::1', 'fd00::2'],
    ] as const) {
      const { cookie } = await heardFor(talk, CLIENT_COOKIE, client);
      assert.equal((await heardFor(talk, cookie, other)).rcode, 23);
      assert.equal((await heardFor(talk, cookie, client)).rcode, 0);
    }
  });

  test('E12 who had to wait for the upstream gets a cookie too, over any transport', async () => {
    const talk = talkWith('answer');
    for (const transport of [UDP, TCP, DOT]) {
      talk.nowMilliseconds += HOUR;
      const { rcode, cookie } = await heardFor(talk, CLIENT_COOKIE, undefined, transport);
      assert.equal(rcode, 0);
      assert.equal(cookie.length, 24);
      assert.deepEqual(cookie.subarray(0, 8), CLIENT_COOKIE);
      assert.equal(cookie.readUInt32BE(12), talk.nowMilliseconds / 1000);
    }
    assert.equal(talk.asked.length, 3);
  });

  test('W05 a cookie alone is refused where it is a bad one and cookies are required', async () => {
    const alone = (cookie: Uint8Array) => {
      const query = askWith(cookie);
      const questionBytes = 'www.example.org'.length + 2 + 4;
      const message = Buffer.concat([query.subarray(0, 12), query.subarray(12 + questionBytes)]);
      message.writeUInt16BE(0, 4);
      return message;
    };
    const talk = talkWith('require');
    const rcodeFor = async (cookie: Uint8Array) => {
      const reply = (await talk.send(alone(cookie)))!;
      assert.equal(reply.readUInt16BE(4), 0);
      return (reply[3]! & 0xf) + (reply[12 + 5]! << 4);
    };
    const { cookie } = await heardFor(talk, CLIENT_COOKIE);
    assert.equal(await rcodeFor(CLIENT_COOKIE), 0);
    assert.equal(await rcodeFor(cookie), 0);
    assert.equal(await rcodeFor(Buffer.concat([CLIENT_COOKIE, Buffer.alloc(16, 1)])), 23);
    talk.cookies.replace({ ...COOKIES, mode: 'off' });
    assert.equal(await rcodeFor(cookie), 1);
  });
});
