import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import dnsPacket from 'dns-packet';
import { FLAGS_QUERY, message, name, opt, question } from '../../test/fuzz/wire/messages.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from './answer-reader.ts';
import { QueryFacts, readQuery } from './query-reader.ts';
import { startReply } from './reply-builder.ts';
import {
  appendExtendedError,
  appendKeepalive,
  appendOpt,
  extendedErrorBytes,
  KEEPALIVE_OPTION_BYTES,
} from './reply-opt.ts';
import { padReply } from './reply-padding.ts';

const out = new Uint8Array(65_535);
const query = message({ id: 0xabcd, flags: FLAGS_QUERY, questions: [question(name('WWW.eXample.org'), 1)] });
const encoder = new TextEncoder();

/** Starts a reply in `out`, where an earlier one has left its octets. */
function start(octets: Uint8Array, rcode = 0): number {
  out.fill(0xee);
  const facts = new QueryFacts();
  readQuery(octets, octets.length, facts);
  return startReply(facts, rcode, out);
}

function optOf(length: number): dnsPacket.OptAnswer {
  const record = dnsPacket.decode(Buffer.from(out.subarray(0, length))).additionals![0]!;
  assert.ok(record.type === 'OPT');
  return record;
}

describe('the OPT of a reply', () => {
  test('E01 E04 E09 is of version 0 and 1232 octets, with DO as asked and no other flag', () => {
    for (const dnssecOk of [false, true]) {
      const before = start(query);
      const length = appendOpt(out, before, 0, dnssecOk);
      assert.equal(length - before, 11);
      const record = optOf(length);
      assert.deepEqual(
        [record.udpPayloadSize, record.ednsVersion, record.flags, record.options],
        [1232, 0, dnssecOk ? 0x8000 : 0, []],
      );
    }
  });

  test('E03 BADVERS is 0 in the header and 1 in OPT', () => {
    const versionOne = message({
      flags: FLAGS_QUERY,
      questions: [question(name('example.org'), 1)],
      additionals: [opt({ version: 1 })],
    });
    const length = appendOpt(out, start(versionOne, 16), 16, false);
    const facts = new AnswerFacts();
    assert.equal(readAnswer(out, length, facts), ANSWER_FAULT.NONE);
    assert.equal(facts.rcode, 16);
    assert.equal(out[3]! & 0xf, 0);
  });

  test('F01 F04 carries an EDE with its text, code 0 included', () => {
    for (const code of [0, 15]) {
      const text = encoder.encode('blocked by “ads”');
      const optStart = start(query, 3);
      const beforeOption = appendOpt(out, optStart, 3, false);
      const length = appendExtendedError(out, optStart, beforeOption, code, text);
      assert.equal(length - beforeOption, extendedErrorBytes(text));
      const facts = new AnswerFacts();
      assert.equal(readAnswer(out, length, facts), ANSWER_FAULT.NONE);
      assert.equal(facts.extendedErrorCode, code);
      const noted = out.slice(facts.extendedErrorTextStart, facts.extendedErrorTextEnd);
      assert.equal(new TextDecoder().decode(noted), 'blocked by “ads”');
    }
  });

  test('F01 P10 carries several options, each whole', () => {
    const optStart = start(query);
    let length = appendOpt(out, optStart, 0, false);
    const beforeKeepalive = length;
    length = appendKeepalive(out, optStart, length, 300);
    assert.equal(length - beforeKeepalive, KEEPALIVE_OPTION_BYTES);
    length = appendExtendedError(out, optStart, length, 13, new Uint8Array());
    length = appendExtendedError(out, optStart, length, 22, encoder.encode('nobody there'));
    const options = optOf(length).options as readonly { code: unknown; data: Buffer; timeout?: number }[];
    assert.deepEqual(
      options.map(({ code }) => Number(code)),
      [11, 15, 15],
    );
    assert.equal(options[0]!.timeout, 300);
    assert.deepEqual([...options[1]!.data], [0, 13]);
    assert.equal(options[2]!.data.toString('latin1'), '\0\x16nobody there');
  });
});

describe('padding of a reply', () => {
  const padded = (text: Uint8Array, maximumBytes: number) => {
    const optStart = start(query);
    const length = appendExtendedError(out, optStart, appendOpt(out, optStart, 0, false), 15, text);
    return { before: length, after: padReply(out, length, optStart, maximumBytes) };
  };

  test('A01 A04 fills with zeros to a multiple of 468 octets, as few as fit', () => {
    for (let textBytes = 0; textBytes < 1000; textBytes += 7) {
      const { before, after } = padded(new Uint8Array(textBytes), 65_535);
      assert.equal(after % 468, 0);
      assert.ok(after - before >= 4 && after - before < 468 + 4);
      assert.ok(out.subarray(before + 4, after).every((octet) => octet === 0));
      assert.deepEqual(
        optOf(after).options.map((option) => option.code),
        [15, 12],
      );
    }
  });

  test('A05 stops at the limit, and leaves out an option for which there is no room', () => {
    const { before } = padded(new Uint8Array(10), 65_535);
    assert.equal(padded(new Uint8Array(10), before + 10).after, before + 10);
    assert.equal(padded(new Uint8Array(10), before + 4).after, before + 4);
    for (const room of [0, 1, 3]) {
      const { after } = padded(new Uint8Array(10), before + room);
      assert.equal(after, before);
      assert.equal(readAnswer(out, after, new AnswerFacts()), ANSWER_FAULT.NONE);
    }
  });
});
