import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import {
  decodeDnsParameter,
  judgeRequest,
  PARAMETER_MAX_BYTES,
  READ_BODY,
  READ_PARAMETER,
  type RequestHead,
  TARGET_MAX_CHARACTERS,
} from './doh-request.ts';

const query = testQuery(0, 'www.example.org');
const parameter = query.toString('base64url');
const out = new Uint8Array(PARAMETER_MAX_BYTES);

function judge(head: Partial<RequestHead>): number {
  return judgeRequest({
    method: 'GET',
    target: `/dns-query?dns=${parameter}`,
    contentType: undefined,
    contentLength: undefined,
    accept: undefined,
    ...head,
  });
}

function judgePost(head: Partial<RequestHead>): number {
  return judge({ method: 'POST', target: '/dns-query', contentType: 'application/dns-message', ...head });
}

describe('what a DoH request is', () => {
  const cases: readonly [string, number, number][] = [
    ['GET with a query', judge({}), READ_PARAMETER],
    ['HEAD like GET', judge({ method: 'HEAD' }), READ_PARAMETER],
    ['POST of a DNS message', judgePost({}), READ_BODY],
    ['POST with a length', judgePost({ contentLength: '33' }), READ_BODY],
    [
      'POST with parameters behind the media type',
      judgePost({ contentType: 'Application/DNS-Message; v=1' }),
      READ_BODY,
    ],
    ['a whole URL as target', judge({ target: `https://dns.example.org/dns-query?dns=${parameter}` }), READ_PARAMETER],
    ['another path', judge({ target: `/?dns=${parameter}` }), 404],
    ['the ID of a client in the path', judge({ target: `/dns-query/phone-1?dns=${parameter}` }), READ_PARAMETER],
    ['the ID of a client, POST', judgePost({ target: '/dns-query/Phone' }), READ_BODY],
    ['an ID of 63 characters', judgePost({ target: `/dns-query/${'a'.repeat(63)}` }), READ_BODY],
    ['an ID of 64 characters', judgePost({ target: `/dns-query/${'a'.repeat(64)}` }), 404],
    ['no ID behind the slash', judgePost({ target: '/dns-query/' }), 404],
    ['no ID before the query', judge({ target: `/dns-query/?dns=${parameter}` }), 404],
    ['a longer path', judgePost({ target: '/dns-query/phone/more' }), 404],
    ['an ID that is no label', judgePost({ target: '/dns-query/-phone' }), 404],
    ['an ID with other characters', judgePost({ target: '/dns-query/ph%6Fne' }), 404],
    ['a path that only begins alike', judge({ target: '/dns-queryx' }), 404],
    ['a whole URL without path', judge({ target: 'https://dns.example.org' }), 404],
    ['no target at all', judge({ target: undefined }), 404],
    ['an unknown path before anything else', judge({ target: '/x', method: 'PUT', accept: 'text/html' }), 404],
    ['PUT', judge({ method: 'PUT' }), 405],
    ['OPTIONS', judge({ method: 'OPTIONS' }), 405],
    ['CONNECT without path', judge({ method: 'CONNECT', target: undefined }), 404],
    ['a target over the limit', judge({ target: `/dns-query?dns=${'A'.repeat(TARGET_MAX_CHARACTERS)}` }), 414],
    ['POST without media type', judgePost({ contentType: undefined }), 415],
    ['POST of another media type', judgePost({ contentType: 'application/oblivious-dns-message' }), 415],
    ['POST of 65,535 octets', judgePost({ contentLength: '65535' }), READ_BODY],
    ['POST of 65,536 octets', judgePost({ contentLength: '65536' }), 413],
    ['POST of an absurd length', judgePost({ contentLength: '99999999999999999999' }), 413],
    ['POST of 11 octets', judgePost({ contentLength: '11' }), 400],
    ['POST of a length that is no number', judgePost({ contentLength: '0x20' }), 400],
  ];
  for (const [name, verdict, expected] of cases) {
    test(`${name}: ${expected > 2 ? expected : 'read'}`, () => assert.equal(verdict, expected));
  }
});

describe('Accept', () => {
  const accepted = [
    '*/*',
    'application/*',
    'application/dns-message',
    'APPLICATION/DNS-MESSAGE',
    'text/html, application/dns-message;q=0.1',
    'application/dns-json;q=0.9, */*;q=0.1',
    '',
  ];
  for (const accept of accepted) {
    test(`"${accept}" has room for a DNS message`, () => assert.equal(judge({ accept }), READ_PARAMETER));
  }
  const refused = [
    'application/dns-json',
    'text/html',
    'application/dns-message;q=0',
    '*/*, application/dns-message; q=0.000',
    ',,,',
  ];
  for (const accept of refused) {
    test(`"${accept}" has none: 406`, () => assert.equal(judge({ accept }), 406));
  }
});

describe('the dns parameter', () => {
  const understood: readonly [string, string][] = [
    ['alone', `/dns-query?dns=${parameter}`],
    ['between others', `/dns-query?a=1&dns=${parameter}&ct`],
    ['padded', `/dns-query?dns=${query.toString('base64url')}${'='.repeat((4 - (parameter.length % 4)) % 4)}`],
    ['with percent-encoded padding', `/dns-query?dns=${parameter}%3D%3d`],
  ];
  for (const [name, target] of understood) {
    test(`${name} is understood`, () => {
      assert.equal(decodeDnsParameter(target, out), query.length);
      assert.deepEqual(Buffer.from(out.subarray(0, query.length)), query);
    });
  }
  const refused: readonly [string, string][] = [
    ['no query string', '/dns-query'],
    ['no parameter', '/dns-query?'],
    ['another parameter only', `/dns-query?xdns=${parameter}`],
    ['an empty one', '/dns-query?dns='],
    ['only padding', '/dns-query?dns=='],
    ['two of them', `/dns-query?dns=${parameter}&dns=${parameter}`],
    ['eleven octets', `/dns-query?dns=${query.subarray(0, 11).toString('base64url')}`],
    ['the standard alphabet', '/dns-query?dns=AAA+AAA/AAAAAAAAAAAA'],
    ['percent-encoded letters', `/dns-query?dns=%41${parameter.slice(1)}`],
    ['three padding characters', `/dns-query?dns=${parameter}===`],
  ];
  for (const [name, target] of refused) {
    test(`${name} is refused`, () => assert.equal(decodeDnsParameter(target, out), 0));
  }

  test('H14 any target either gives a message of at least 12 octets or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const length = decodeDnsParameter(`/dns-query?dns=${text}`, out);
        assert.ok(length === 0 || length >= 12);
      }),
      { seed: 8484, numRuns: 500 },
    );
  });
});
