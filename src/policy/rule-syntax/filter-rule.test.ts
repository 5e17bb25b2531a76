import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { shapeText, subjectText } from '../../../test/fixtures/lists/rules-of.ts';
import { readFilterRule } from './filter-rule.ts';
import { skippedText } from './skip-reason.ts';

function said(line: string): string {
  const rule = readFilterRule(line);
  if ('reason' in rule) return `skipped: ${rule.reason}`;
  return `${rule.removes ? '- ' : ''}${shapeText(rule.shape, subjectText(rule.subject))}`;
}

function table(rows: readonly (readonly [line: string, said: string])[]): void {
  for (const [line, expected] of rows) test(`${line} says ${expected}`, () => assert.equal(said(line), expected));
}

describe('patterns', () => {
  table([
    ['||ads.example^', '||ads.example^'],
    ['@@||ads.example^', '@@||ads.example^'],
    ['||ADS.Example^', '||ads.example^'],
    ['||com^', '||com^'],
    ['|ads.example^', 'ads.example'],
    ['|ads.example|', 'ads.example'],
    ['ads.example', 'ads.example'],
    ['zip', 'zip'],
    ['_dns.resolver.arpa', '_dns.resolver.arpa'],
    ['||bücher.example^', '||xn--bcher-kva.example^'],
    ['||ads.example', '||ads.example^'],
    ['||ads.example^|', '||ads.example^'],
    ['||ads.example^*', '||ads.example^'],
    ['||ads.example/*', '||ads.example^'],
    ['||ads.example|', '||ads.example^'],
    ['*.ads.example', '*.ads.example'],
    ['||*.ads.example^', '*.ads.example'],
    ['.ads.example^', '*.ads.example'],
    ['ads.example^', 'glob *ads.example'],
    ['|ads.', 'glob ads.*'],
    ['-banner-', 'glob *-banner-*'],
    ['ads*.example^', 'glob *ads*.example'],
    ['|ad*s.example^', 'glob ad*s.example'],
    ['||ads.', '/(?:^|\\.)ads\\./'],
    ['||ad', '/(?:^|\\.)ad/'],
    ['||ads*.cdn.example^', '/(?:^|\\.)ads.*\\.cdn\\.example$/'],
    ['||*^$dnstype=HTTPS', 'glob * {"types":{"except":false,"numbers":[65]}}'],
    ['*$denyallow=com|net', 'glob * {"denyAllow":["com","net"]}'],
    ['$client=192.0.2.1', 'glob * {"clients":{"only":["192.0.2.1"],"except":[]}}'],
    ['||192.0.2.1^', '192.0.2.1-192.0.2.1'],
    ['192.0.2.1', '192.0.2.1-192.0.2.1'],
    ['||2001:db8::1^', '2001:db8::1-2001:db8::1'],
    ['||192.0.2.*^', '192.0.2.0-192.0.2.255'],
    ['||192.0.2.', '192.0.2.0-192.0.2.255'],
    ['|198.51.*', '198.51.0.0-198.51.255.255'],
    ['@@||198.51.', '@@198.51.0.0-198.51.255.255'],
    ['||163.', '/(?:^|\\.)163\\./'],
    ['192.0.2.*', '192.0.2.0-192.0.2.255'],
    ['.192.0.2.*', 'glob *.192.0.2.*'],
  ]);
});

describe('regular expressions', () => {
  table([
    ['/ads[0-9]+\\./', '/ads[0-9]+\\./'],
    ['@@/ads[0-9]/$important', '!@@/ads[0-9]/'],
    ['/ads$|track/$dnstype=A', '/ads$|track/ {"types":{"except":false,"numbers":[1]}}'],
    ['/a{2,3}$/', '/a{2,3}$/'],
    ['/(^|\\.)ads\\.example$/', '||ads.example^'],
    ['/(\\.|^)ads\\.example$/', '||ads.example^'],
    ['/(?:^|\\.)Ads\\.example$/', '||ads.example^'],
    ['/^ads\\.example$/', 'ads.example'],
    ['/\\.ads\\.example$/', '*.ads.example'],
    ['/^ads.example$/', '/^ads.example$/'],
    ['//', 'skipped: too-wide'],
  ]);
});

describe('options', () => {
  table([
    ['||a.example^$important', '!||a.example^'],
    ['@@||a.example^$important', '!@@||a.example^'],
    ['||a.example^$badfilter', '- ||a.example^'],
    ['@@||a.example^$badfilter,important', '- !@@||a.example^'],
    ['||a.example^$dnstype=AAAA', '||a.example^ {"types":{"except":false,"numbers":[28]}}'],
    ['||a.example^$dnstype=~a|~Cname', '||a.example^ {"types":{"except":true,"numbers":[1,5]}}'],
    ['||a.example^$dnstype=~A|TXT', '||a.example^ {"types":{"except":false,"numbers":[16]}}'],
    ['||a.example^$dnstype=TYPE65280', '||a.example^ {"types":{"except":false,"numbers":[65280]}}'],
    ['||a.example^$dnstype=NONE', 'skipped: option-value'],
    ['||a.example^$dnstype=', 'skipped: option-value'],
    ['||a.example^$denyallow=B.a.example', '||a.example^ {"denyAllow":["b.a.example"]}'],
    ['||a.example^$denyallow=~b.example', 'skipped: option-value'],
    ['||a.example^$ctag=device_pc|~user_child', '||a.example^ {"tags":{"only":["device_pc"],"except":["user_child"]}}'],
    ['||a.example^$ctag=Device', 'skipped: option-value'],
    [
      '||a.example^$client=192.0.2.0/24|tablet|~2001:db8::1',
      '||a.example^ {"clients":{"only":["192.0.2.0/24","tablet"],"except":["2001:db8::1"]}}',
    ],
    [
      "||a.example^$client=~'Ann\\'s\\, Ben\\'s laptops'|\"the \\| TV\"",
      '||a.example^ {"clients":{"only":["the | TV"],"except":["Ann\'s, Ben\'s laptops"]}}',
    ],
    ['||a.example^$client=', 'skipped: option-value'],
    [
      '||a.example^$dnstype=A,client=x,important',
      '!||a.example^ {"types":{"except":false,"numbers":[1]},"clients":{"only":["x"],"except":[]}}',
    ],
    ['||a.example^$unheard-of', 'skipped: unknown-option'],
    ['||a.example^$important=1', 'skipped: option-value'],
  ]);

  test('values may have 500 parts', () => {
    const rule = (parts: number): string => `||a.example^$denyallow=${'b.example|'.repeat(parts - 1)}c.example`;
    assert.ok('shape' in readFilterRule(rule(500)));
    const tooMany = readFilterRule(rule(501));
    assert.equal('reason' in tooMany && tooMany.reason, 'option-value');
  });

  test('the same meaning is the same shape, however it is written', () => {
    const first = readFilterRule('||a.example^$dnstype=A|AAAA,client=x|y');
    const second = readFilterRule('||b.example^$client=y|x,dnstype=AAAA|a|A');
    assert.ok('shape' in first && 'shape' in second);
    assert.equal(first.shape, second.shape);
  });
});

describe('dnsrewrite', () => {
  const records = (type: number, rdataHex: string): string =>
    `||a.example^ {"response":{"kind":"records","records":[{"type":${type},"rdataHex":"${rdataHex}"}]}}`;
  table([
    ['||a.example^$dnsrewrite=192.0.2.1', records(1, 'c0000201')],
    ['||a.example^$dnsrewrite=2001:db8::1', records(28, '20010db8000000000000000000000001')],
    ['||a.example^$dnsrewrite=B.example', '||a.example^ {"response":{"kind":"alias","target":"b.example"}}'],
    ['||a.example^$dnsrewrite=NOERROR', '||a.example^ {"response":{"kind":"nodata"}}'],
    ['||a.example^$dnsrewrite=NXDOMAIN', '||a.example^ {"response":{"kind":"nxdomain"}}'],
    ['||a.example^$dnsrewrite=REFUSED;;', '||a.example^ {"response":{"kind":"refused"}}'],
    ['||a.example^$dnsrewrite=NOERROR;;', '||a.example^ {"response":{"kind":"nodata"}}'],
    ['||a.example^$dnsrewrite=NXDOMAIN;;', '||a.example^ {"response":{"kind":"nxdomain"}}'],
    ['||a.example^$dnsrewrite=noerror;a;192.0.2.1', records(1, 'c0000201')],
    ['||a.example^$dnsrewrite=NOERROR;AAAA;::1', records(28, '00000000000000000000000000000001')],
    [
      '||a.example^$dnsrewrite=NOERROR;CNAME;b.example',
      '||a.example^ {"response":{"kind":"alias","target":"b.example"}}',
    ],
    ['||a.example^$dnsrewrite=NOERROR;PTR;b.example.', records(12, '0162076578616d706c6500')],
    ['||a.example^$dnsrewrite=NOERROR;MX;32 b.example', records(15, '00200162076578616d706c6500')],
    ['||a.example^$dnsrewrite=NOERROR;TXT;two words', records(16, '0974776f20776f726473')],
    ['||a.example^$dnsrewrite=NOERROR;TXT;a\\,b;c', records(16, '05612c623b63')],
    ['||a.example^$dnsrewrite=NOERROR;SRV;10 60 8080 b.example', records(33, '000a003c1f900162076578616d706c6500')],
    [
      '||a.example^$dnsrewrite=NOERROR;HTTPS;32 b.example alpn=h3',
      records(65, '00200162076578616d706c6500000100030268' + '33'),
    ],
    ['||a.example^$dnsrewrite=NOERROR;SVCB;1 . port=853', records(64, '0001000003000203' + '55')],
    ['||a.example^$dnsrewrite=SERVFAIL', 'skipped: unsupported-response'],
    ['||a.example^$dnsrewrite=NOERROR;NS;b.example', 'skipped: unsupported-response'],
    ['||a.example^$dnsrewrite=NOERROR;A;b.example', 'skipped: option-value'],
    ['||a.example^$dnsrewrite=NOERROR;A', 'skipped: option-value'],
    ['||a.example^$dnsrewrite', 'skipped: option-value'],
    ['@@||a.example^$dnsrewrite', '@@||a.example^ {"liftsResponsesOnly":true}'],
    ['@@||a.example^$dnsrewrite,important', '!@@||a.example^ {"liftsResponsesOnly":true}'],
    ['@@||a.example^$dnsrewrite=REFUSED', '- ||a.example^ {"response":{"kind":"refused"}}'],
    ['@@||a.example^$dnsrewrite=REFUSED,important', '- !||a.example^ {"response":{"kind":"refused"}}'],
    ['||a.example^$dnsrewrite=NOERROR;TXT;x##y', records(16, '0478232379')],
    [
      '||a.example^$dnstype=TXT,dnsrewrite=NOERROR;TXT;a $$',
      `||a.example^ {"types":{"except":false,"numbers":[16]},${records(16, '0461202424').slice('||a.example^ {'.length)}`,
    ],
    [
      '$dnstype=AAAA,denyallow=b.example,dnsrewrite=NOERROR;;',
      'glob * {"types":{"except":false,"numbers":[28]},"denyAllow":["b.example"],"response":{"kind":"nodata"}}',
    ],
  ]);

  test('a text of more than 255 octets goes on in a second string', () => {
    const rule = readFilterRule(`||a.example^$dnsrewrite=NOERROR;TXT;${'x'.repeat(300)}`);
    assert.ok('shape' in rule && rule.shape.response?.kind === 'records');
    const rdata = Buffer.from(rule.shape.response.records[0]!.rdataHex, 'hex');
    assert.deepEqual([rdata.length, rdata[0], rdata[256]], [302, 255, 45]);
  });
});

describe('what only browsers can follow is never a block', () => {
  table([
    ['a.example##.banner', 'skipped: cosmetic'],
    ['a.example,b.example#@#.banner', 'skipped: cosmetic'],
    ['a.example#?#div:has(> a)', 'skipped: cosmetic'],
    ["a.example#%#window.ads = ''", 'skipped: cosmetic'],
    ['a.example#$#body { margin: 0 }', 'skipped: cosmetic'],
    ['a.example##+js(set, ads, 1)', 'skipped: cosmetic'],
    ['a.example$$script[tag-content="ads"]', 'skipped: cosmetic'],
    ['[$path=/page]a.example##.banner', 'skipped: cosmetic'],
    ['/^ads[0-9]+\\.example$/##.banner', 'skipped: cosmetic'],
    ['a.example#$#.x { content: "$client=##" }', 'skipped: cosmetic'],
    ['||a.example^$third-party', 'skipped: browser-option'],
    ['||a.example^$~third-party,important', 'skipped: browser-option'],
    ['||a.example^$script,image', 'skipped: browser-option'],
    ['||a.example^$all', 'skipped: browser-option'],
    ['||a.example^$document', 'skipped: browser-option'],
    ['||a.example^$domain=b.example', 'skipped: browser-option'],
    ['@@||a.example^$generichide', 'skipped: browser-option'],
    ['||a.example^$removeparam=utm', 'skipped: browser-option'],
    ['||a.example/banner.js', 'skipped: web-address'],
    ['||a.example^path', 'skipped: web-address'],
    ['^ads^', 'skipped: web-address'],
    ['|https://a.example^', 'skipped: web-address'],
    ['/banner/ads.js', 'skipped: web-address'],
    ['/banner/*', 'skipped: web-address'],
    ['.com/*', 'skipped: web-address'],
    ['ads.com/*', 'skipped: web-address'],
    ['a.example ##.banner', 'skipped: cosmetic'],
    ['&ad_box_', 'skipped: web-address'],
    ['?ads=', 'skipped: web-address'],
    ['||a.example:8080^', 'skipped: web-address'],
  ]);
});

describe('what is no rule', () => {
  table([
    ['*', 'skipped: too-wide'],
    ['||*', 'skipped: too-wide'],
    ['||*^', 'skipped: too-wide'],
    ['@@||*^$important', 'skipped: too-wide'],
    ['*.*', 'skipped: too-wide'],
    ['|**|', 'skipped: too-wide'],
    ['||*/*', 'skipped: too-wide'],
    ['||', 'skipped: too-wide'],
    ['*$important', 'skipped: too-wide'],
    ['ad', 'skipped: too-wide'],
    ['@@', 'skipped: too-wide'],
    ['||^', 'skipped: not-a-name'],
    ['||.^', 'skipped: not-a-name'],
    ['||a..example^', 'skipped: not-a-name'],
    [`||${'a'.repeat(64)}.example^`, 'skipped: not-a-name'],
    ['||192.0.2^', 'skipped: not-a-name'],
    ['||gö*.example^', 'skipped: international-pattern'],
    ['||gö.', 'skipped: international-pattern'],
    ['-gö-', 'skipped: international-pattern'],
    ['*gö*', 'skipped: international-pattern'],
    ['||192.0.2.^', 'skipped: not-a-name'],
    ['||192.0.*.4^', 'skipped: not-a-name'],
    ['||192.0.999.', 'skipped: not-a-name'],
    ['||a.example^ # why', 'skipped: text-behind'],
    ['a.example b.example', 'skipped: text-behind'],
    ['||a.ex*mple(x)^', 'skipped: not-a-name'],
  ]);

  test('is told with what it is about', () => {
    const rule = readFilterRule('||a.example^$important,unheard-of');
    assert.ok('reason' in rule);
    assert.equal(skippedText(rule), 'an option that is not known: "unheard-of"');
  });
});

test('any text is a rule or a reason, and a rule about a name is a name', () => {
  const piece = fc.constantFrom(
    '||',
    '|',
    '@@',
    '^',
    '$',
    '*',
    '/',
    '.',
    ',',
    '=',
    '~',
    'ads',
    'example',
    'dnsrewrite',
    'client',
    'é',
    '#',
    "'",
    '\\',
    '1.2',
    ':',
    ' ',
    'dnstype',
    'denyallow',
    '(',
    '[',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
  );
  const property = fc.property(text, (line) => {
    const rule = readFilterRule(line);
    if ('reason' in rule) assert.ok(skippedText(rule).length > 0);
    else if (rule.subject.kind === 'name') {
      assert.ok(rule.subject.wire.length > 2);
      assert.equal(rule.subject.wire.at(-1), 0);
    } else if (rule.subject.kind !== 'addresses') assert.notEqual(rule.subject.text, '');
  });
  fc.assert(property, { seed: 20_261_122, numRuns: 3000 });
});
