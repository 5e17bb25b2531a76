import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rulesOf } from '../../../../test/fixtures/lists/rules-of.ts';
import { compileList, compileLists, verdictsOf } from '../../../../test/fixtures/lists/verdicts.ts';
import { PASSES, startDnsmasqWith } from '../../../../test/peers/policy-servers.ts';
import { verdictOf } from '../../../../test/peers/verdict-of.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';
import { TYPE } from '../../../wire/numbers.ts';

const NXDOMAIN = '{"response":{"kind":"nxdomain","isBlock":true}}';
const NULL_ADDRESSES = `{"response":{"kind":"records","records":[{"type":1,"rdataHex":"00000000"},{"type":28,"rdataHex":"${'0'.repeat(32)}"}],"isBlock":true}}`;
const only = (type: number, rdataHex: string): string =>
  `{"types":{"except":false,"numbers":[${type}]},"response":{"kind":"records","records":[{"type":${type},"rdataHex":"${rdataHex}"}]}}`;

describe('dnsmasq format', () => {
  test('takes names with everything below them, and what they are answered with', () => {
    const text = [
      '# head',
      'local=/a.example/',
      'server=/b.example/',
      'address=/c.example/',
      'address=/d.example/#',
      'address=/e.example/0.0.0.0',
      'address=/f.example/::',
      'address=/g.example/127.0.0.1',
      'address=/h.example/192.0.2.1',
      'address=/i.example/2001:db8::1',
      'server=/j.example/#',
    ].join('\r\n');
    assert.deepEqual(rulesOf('dnsmasq', text), {
      rules: [
        `2 ||a.example^ ${NXDOMAIN}`,
        `3 ||b.example^ ${NXDOMAIN}`,
        `4 ||c.example^ ${NXDOMAIN}`,
        `5 ||d.example^ ${NULL_ADDRESSES}`,
        `6 ||e.example^ ${NULL_ADDRESSES}`,
        `7 ||f.example^ ${NULL_ADDRESSES}`,
        '8 ||g.example^',
        '11 @@||j.example^',
        `9 ||h.example^ ${only(1, 'c0000201')}`,
        `10 ||i.example^ ${only(28, '20010db8000000000000000000000001')}`,
      ],
      skipped: [],
    });
  });

  test('takes several names in a line; a faulty one does not cost the others', () => {
    assert.deepEqual(rulesOf('dnsmasq', 'local=/a.example/B.example/bad..x/c.example/ # why\n'), {
      rules: [`1 ||a.example^ ${NXDOMAIN}`, `1 ||b.example^ ${NXDOMAIN}`, `1 ||c.example^ ${NXDOMAIN}`],
      skipped: ['1 empty-label: local=/a.example/B.example/bad..x/c.example/ # why'],
    });
  });

  test('takes its wildcards', () => {
    assert.deepEqual(
      rulesOf(
        'dnsmasq',
        'address=/*.a.example/\nlocal=/*b.example/\nlocal=/.c.example/\naddress=/#/\nlocal = /d.example/\n',
      ),
      {
        rules: [
          `1 *.a.example ${NXDOMAIN}`,
          `2 glob *b.example ${NXDOMAIN}`,
          `3 ||c.example^ ${NXDOMAIN}`,
          `4 glob * ${NXDOMAIN}`,
          `5 ||d.example^ ${NXDOMAIN}`,
        ],
        skipped: [],
      },
    );
  });

  test('adds up several addresses of one type', () => {
    const both = '[{"type":1,"rdataHex":"c0000201"},{"type":1,"rdataHex":"c0000202"}]';
    assert.deepEqual(rulesOf('dnsmasq', 'address=/a.example/192.0.2.1\naddress=/a.example/192.0.2.2\n').rules, [
      `1 ||a.example^ {"types":{"except":false,"numbers":[1]},"response":{"kind":"records","records":${both}}}`,
    ]);
  });

  test('leaves out what is no rule about names', () => {
    const text = [
      'server=/a.example/192.0.2.53',
      'server=192.0.2.53',
      'cache-size=1000',
      'domain-needed',
      'local=//',
      'address=/a.example/what',
      'address=192.0.2.1',
      'local=/a.example',
      'a.example',
      'local=/a*b.example/',
    ].join('\n');
    assert.deepEqual(rulesOf('dnsmasq', text), {
      rules: [],
      skipped: [
        '1 forwarding: server=/a.example/192.0.2.53',
        '2 forwarding: server=192.0.2.53',
        '3 other-setting: cache-size=1000',
        '4 other-setting: domain-needed',
        '5 other-setting: local=//',
        '6 not-an-address: address=/a.example/what',
        '7 not-this-format: address=192.0.2.1',
        '8 not-this-format: local=/a.example',
        '9 not-this-format: a.example',
        '10 bad-character: local=/a*b.example/',
      ],
    });
  });

  test('in a list that allows, names are allowed whatever they would be answered with', () => {
    const text = 'local=/a.example/\naddress=/b.example/#\naddress=/c.example/192.0.2.1\n';
    assert.deepEqual(rulesOf('dnsmasq', text, { subdomains: false, allows: true }).rules, [
      '1 @@||a.example^',
      '2 @@||b.example^',
      '3 @@||c.example^ {"types":{"except":false,"numbers":[1]}}',
    ]);
  });

  test('a generated list gives exactly its names', () => {
    const name = fc
      .array(fc.stringMatching(/^[a-z0-9_-]{1,12}$/), { minLength: 1, maxLength: 3 })
      .map((labels) => [...labels, 'example'].join('.'));
    const line = fc.record({
      key: fc.constantFrom('local', 'server', 'address'),
      names: fc.array(name, { minLength: 1, maxLength: 5 }),
    });
    const property = fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const text = lines.map(({ key, names }) => `${key}=/${names.join('/')}/`).join('\n');
      const expected = lines.flatMap(({ names }, index) => names.map((it) => `${index + 1} ||${it}^ ${NXDOMAIN}`));
      assert.deepEqual(rulesOf('dnsmasq', text), { rules: expected, skipped: [] });
    });
    fc.assert(property, { seed: 20_261_125, numRuns: 200 });
  });
});

test('a name with an address has no data of other types where a line keeps it here, whichever comes first and however far apart', () => {
  const between = Array.from({ length: 30_000 }, (_, i) => `address=/n${i}.example/192.0.2.2\n`).join('');
  const [address, local] = ['address=/a.example/192.0.2.1\n', 'local=/a.example/\nlocal=/b.example/\n'];
  for (const text of [address + between + local, local + between + address]) {
    const verdicts = verdictsOf(compileList(text, { format: 'dnsmasq', subdomains: false }));
    for (const name of ['a.example', 'x.a.example'])
      assert.deepEqual(
        [TYPE.A, TYPE.AAAA, TYPE.TXT].map((type) => verdicts(name, type)),
        ['records 192.0.2.1', 'nodata', 'nodata'],
      );
    assert.equal(verdicts('b.example', TYPE.AAAA), 'nxdomain');
    assert.equal(verdicts('n1.example', TYPE.AAAA), 'upstream');
  }
});

test('what one list keeps here does not exist to it, whatever another one answers', () => {
  const reading = { format: 'dnsmasq', subdomains: false } as const;
  const verdicts = verdictsOf(
    compileLists([
      ['local=/a.example/\n', reading],
      ['address=/a.example/192.0.2.1\n', reading],
    ]),
  );
  assert.equal(verdicts('a.example', TYPE.AAAA), 'nxdomain');
});

test('dnsmasq itself says the same of every name', async (t) => {
  if (!hasCommands(t, 'dnsmasq')) return;
  const list = `address=/empty.example/
address=/null.example/#
address=/four.example/192.0.2.1
address=/both.example/192.0.2.1
address=/both.example/192.0.2.2
address=/both.example/2001:db8::1
local=/local.example/
server=/server.example/
server=/www.local.example/#
address=/*star.example/192.0.2.9
address=/*.below.example/192.0.2.9
address=/.dot.example/192.0.2.9
address=/one.example/two.example/192.0.2.7
local=/athome.example/
address=/athome.example/192.0.2.11
address=/nosuch.example/2001:db8::7
address=/nosuch.example/
local=/zone.example/
address=/sub.zone.example/192.0.2.12
address=/wider.example/192.0.2.13
local=/sub.wider.example/
`;
  const server = await startDnsmasqWith(list);
  t.after(() => server.stop());
  const ours = verdictsOf(compileList(list, { format: 'auto', subdomains: false }));
  const names =
    `empty null four both local www.local server xstar star below dot one two other athome x.y.athome nosuch zone wider`.split(
      ' ',
    );
  for (const name of names.flatMap((it) => [`${it}.example`, `sub.${it}.example`])) {
    for (const type of [TYPE.A, TYPE.AAAA, TYPE.TXT]) {
      const theirs = await verdictOf(server.port, name, type);
      const expected = theirs === PASSES.dnsmasq ? 'upstream' : theirs;
      // Whoever blocks a name does not want it looked up under other types: ours says so, dnsmasq lets them pass.
      const isNullOfOtherType = name.endsWith('null.example') && type === TYPE.TXT;
      assert.equal(ours(name, type), isNullOfOtherType ? 'nodata' : expected, `${name} ${type}`);
    }
  }
});

test('dnsmasq says the same where every name has an address, in either order of the lines', async (t) => {
  const blocks = 'address=/#/\n';
  const answers = 'address=/#/192.0.2.1\n';
  for (const list of [blocks + answers, answers + blocks]) {
    const ours = verdictsOf(compileList(list, { format: 'dnsmasq', subdomains: false }));
    assert.deepEqual([ours('a.example'), ours('a.example', TYPE.AAAA)], ['records 192.0.2.1', 'nodata'], list);
  }
  if (!hasCommands(t, 'dnsmasq')) return;
  const server = await startDnsmasqWith(blocks + answers);
  t.after(() => server.stop());
  assert.equal(await verdictOf(server.port, 'a.example'), 'records 192.0.2.1');
  assert.equal(await verdictOf(server.port, 'a.example', TYPE.AAAA), 'nodata');
});
