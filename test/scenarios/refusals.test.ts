// Refusals over UDP go to addresses that may be forged: they must not be worth sending somebody.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CookieMode } from '../../src/plane-messages/thread-start.ts';
import { DOT, TCP, UDP } from '../../src/data-plane/listeners/transports.ts';
import {
  header,
  type OptParts,
  optRecord,
  query,
  type QueryParts,
  RCODE,
  rcodeOf,
  wireName,
} from '../conformance/messages.ts';
import { optionOf, rcodeOfOpt } from '../conformance/reply-options.ts';
import { Conversation, COOKIES } from './conversation.ts';

const COOKIE = 10;
const EXTENDED_ERROR = 15;
const BADCOOKIE = 23;
const CLIENT_COOKIE = Buffer.from('2464c4abcf10c957', 'hex');
const STRANGER = '203.0.113.5';

/** With nothing, with OPT, with a client cookie, or with the cookie of a reply. */
type Opt = OptParts | undefined;
const withCookie = (cookie: Uint8Array): OptParts => ({ options: [[COOKIE, cookie]] });

/** What is no question for a gateway, though a client could see to it that it is. */
const NOT_FOR_US: readonly (readonly [string, Partial<QueryParts>])[] = [
  ['ANY', { type: 255 }],
  ['a transfer', { type: 252 }],
  ['NXNAME', { type: 128 }],
  ['TSIG', { type: 250 }],
  ['another class', { qclass: 3 }],
  ['no recursion desired', { flags: 0 }],
];

const MALFORMED: readonly (readonly [string, (name: string, opt: Opt) => Buffer])[] = [
  ['another opcode', (name, opt) => query({ name, flags: 0x1100, ...(opt && { opt }) })],
  ['two questions', (name, opt) => withSecondQuestion(name, opt)],
  ['no question', (_name, opt) => Buffer.concat([header(7, 0x0100, [0, 0, 0, opt ? 1 : 0]), ...records(opt)])],
  ['a question cut short', (name) => query({ name }).subarray(0, -1)],
  ['a newer EDNS', (name) => query({ name, opt: { version: 1 } })],
];

/** Of these no cookie is read, or it is what is asked for. */
const UNREADABLE: ReadonlySet<string> = new Set(['no question', 'a question cut short', 'a newer EDNS']);

const refusals = [...NOT_FOR_US.map(([what, parts]) => [what, asking(parts)] as const), ...MALFORMED];

function asking(parts: Partial<QueryParts>) {
  return (name: string, opt: Opt) => query({ name, ...parts, ...(opt && { opt }) });
}

function withSecondQuestion(name: string, opt: Opt): Buffer {
  const question = Buffer.concat([wireName(name), Buffer.of(0, 1, 0, 1)]);
  return Buffer.concat([header(7, 0x0100, [2, 0, 0, opt ? 1 : 0]), question, question, ...records(opt)]);
}

function records(opt: Opt): Buffer[] {
  return opt === undefined ? [] : [optRecord(opt)];
}

function talkWith(mode: CookieMode): Conversation {
  const talk = new Conversation();
  talk.cookies.replace({ ...COOKIES, mode });
  return talk;
}

async function cookieFor(talk: Conversation, client?: string): Promise<Buffer> {
  const asked = query({ name: 'localhost', opt: withCookie(CLIENT_COOKIE) });
  return optionOf(await talk.send(asked, UDP, client), COOKIE)!;
}

/** The text of the EDE; undefined if there is none. */
const textOf = (reply: Buffer | undefined): string | undefined =>
  optionOf(reply, EXTENDED_ERROR)?.subarray(2).toString();

describe('a refusal over UDP', () => {
  test('X04 F01 has hardly more octets than were sent, whatever is refused', async () => {
    const talk = talkWith('answer');
    for (const [what, build] of refusals) {
      for (const name of ['', 'a', 'www.example.org', `${'x'.repeat(60)}.example.org`]) {
        for (const opt of [undefined, {}, withCookie(CLIENT_COOKIE), withCookie(Buffer.alloc(24, 7))]) {
          const asked = build(name, opt);
          const reply = await talk.send(asked, UDP);
          assert.ok(reply!.length <= 1.5 * asked.length, `${what}, ${name}: ${reply!.length} for ${asked.length}`);
        }
      }
    }
  });

  test('X09 nor has one that a stranger gets', async () => {
    const talk = talkWith('answer');
    for (const opt of [undefined, {}, withCookie(CLIENT_COOKIE)]) {
      const asked = query({ name: 'a.org', ...(opt && { opt }) });
      const reply = await talk.send(asked, UDP, STRANGER);
      assert.equal(rcodeOf(reply), RCODE.REFUSED);
      assert.ok(reply!.length <= 1.5 * asked.length, `${reply!.length} for ${asked.length}`);
    }
  });

  test('F01 says why in words to whoever showed a valid cookie, and over streams', async () => {
    const talk = talkWith('answer');
    const opt = withCookie(await cookieFor(talk));
    for (const [what, build] of refusals.filter(([what]) => !UNREADABLE.has(what))) {
      assert.match(textOf(await talk.send(build('www.example.org', opt), UDP)) ?? '', /\w{3}/, what);
      for (const transport of [TCP, DOT])
        assert.match(textOf(await talk.send(build('www.example.org', {}), transport)) ?? '', /\w{3}/, what);
    }
    assert.equal(textOf(await talk.send(query({ name: 'a.org', flags: 0, opt: {} }), UDP)), '');
    const refused = await talk.send(query({ name: 'a.org', opt }), UDP, STRANGER);
    assert.deepEqual([rcodeOf(refused), textOf(refused)], [RCODE.REFUSED, ''], 'a cookie counts at its own address');
    const own = await talk.send(
      query({ name: 'a.org', opt: withCookie(await cookieFor(talk, STRANGER)) }),
      UDP,
      STRANGER,
    );
    assert.equal(rcodeOf(own), RCODE.REFUSED);
    assert.match(textOf(own) ?? '', /\w{3}/);
  });

  test('F01 blocks and failures keep their words', async () => {
    const talk = new Conversation(['||blocked.example^']);
    const blocked = await talk.send(query({ name: 'x.blocked.example', opt: {} }), UDP);
    assert.match(textOf(blocked) ?? '', /\w{3}/);
  });

  test('E14 is BADCOOKIE first where cookies are required', async () => {
    const talk = talkWith('require');
    const full = (reply: Buffer | undefined) => rcodeOf(reply) + rcodeOfOpt(reply);
    const good = withCookie(await cookieFor(talk));
    for (const [what, parts] of NOT_FOR_US) {
      const build = asking(parts);
      for (const shown of [CLIENT_COOKIE, Buffer.alloc(24, 7)]) {
        const asked = build('www.example.org', withCookie(shown));
        const reply = await talk.send(asked, UDP);
        assert.equal(full(reply), BADCOOKIE, what);
        assert.ok(reply!.length <= 1.5 * asked.length);
      }
      assert.notEqual(full(await talk.send(build('www.example.org', good), UDP)), BADCOOKIE, what);
      assert.notEqual(full(await talk.send(build('www.example.org', {}), UDP)), BADCOOKIE, 'no cookie spoken of');
      assert.notEqual(full(await talk.send(build('www.example.org', withCookie(CLIENT_COOKIE)), TCP)), BADCOOKIE, what);
    }
    const half = query({ name: 'www.example.org', opt: { rdata: Buffer.from('000a0008', 'hex') } });
    assert.equal(full(await talk.send(half, UDP)), RCODE.FORMERR, 'what cannot be read is FORMERR');
  });
});
