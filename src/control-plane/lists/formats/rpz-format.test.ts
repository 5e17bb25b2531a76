import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rulesOf } from '../../../../test/fixtures/lists/rules-of.ts';
import { compileList, compileLists, verdictsOf } from '../../../../test/fixtures/lists/verdicts.ts';
import { PASSES, startNamedWithPolicy, startUnboundWithPolicy } from '../../../../test/peers/policy-servers.ts';
import { verdictOf } from '../../../../test/peers/verdict-of.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';

const HEAD = '$TTL 300\n@ SOA localhost. root.localhost. 1 43200 3600 86400 300\n  NS localhost.\n';
const kind = (name: string): string => `{"response":{"kind":"${name}","isBlock":true}}`;
const records = (...list: [type: number, rdataHex: string][]): string =>
  `{"response":{"kind":"records","records":${JSON.stringify(list.map(([type, rdataHex]) => ({ type, rdataHex })))}}}`;

/** Line numbers count from the first line behind HEAD. */
function said(lines: string, reading = { subdomains: false, allows: false }): ReturnType<typeof rulesOf> {
  const { rules, skipped } = rulesOf('rpz', HEAD + lines, reading);
  const shifted = (line: string): string => line.replace(/^\d+/, (number) => String(Number(number) - 3));
  return { rules: rules.map(shifted), skipped: skipped.map(shifted) };
}

describe('rpz format', () => {
  test('takes names exactly and wildcards as what lies below', () => {
    assert.deepEqual(said('; head\na.example CNAME .\n*.A.example CNAME . ; why\n\nB.example\t\tcname\t.\r\n'), {
      rules: [
        `2 a.example ${kind('nxdomain')}`,
        `3 *.a.example ${kind('nxdomain')}`,
        `5 b.example ${kind('nxdomain')}`,
      ],
      skipped: [],
    });
  });

  test('takes every action', () => {
    const text = [
      'a.example CNAME .',
      'b.example CNAME *.',
      'c.example CNAME rpz-passthru.',
      'd.example CNAME rpz-drop.',
      'e.example CNAME rpz-tcp-only.',
      'f.example CNAME Garden.example.',
      'g.example A 192.0.2.1',
      'g.example AAAA 2001:db8::1',
      'h.example TXT "two words" more',
      'i.example TYPE65280 \\# 2 abcd',
      'j.example CNAME j.example.',
      'k.example MX 10 mail.example.',
    ].join('\n');
    assert.deepEqual(said(text), {
      rules: [
        `1 a.example ${kind('nxdomain')}`,
        `2 b.example ${kind('nodata')}`,
        '3 @@c.example',
        `4 d.example ${kind('drop')}`,
        `5 e.example ${kind('truncate')}`,
        '6 f.example {"response":{"kind":"alias","target":"garden.example"}}',
        '11 @@j.example',
        `7 g.example ${records([1, 'c0000201'], [28, '20010db8000000000000000000000001'])}`,
        `9 h.example ${records([16, '0974776f20776f726473046d6f7265'])}`,
        `10 i.example ${records([65280, 'abcd'])}`,
        `12 k.example ${records([15, '000a046d61696c076578616d706c6500'])}`,
      ].sort(byLine),
      skipped: [],
    });
  });

  test('takes addresses in answers, IPv4 and IPv6', () => {
    const text = [
      '24.0.2.0.192.rpz-ip CNAME .',
      '32.1.2.0.192.rpz-ip CNAME rpz-passthru.',
      '128.1.zz.db8.2001.rpz-ip CNAME *.',
      '48.zz.1.db8.2001.rpz-ip A 192.0.2.9',
      '128.8.7.6.5.4.3.db8.2001.rpz-ip CNAME .',
    ].join('\n');
    assert.deepEqual(said(text), {
      rules: [
        `1 192.0.2.0-192.0.2.255 ${kind('nxdomain')}`,
        '2 @@192.0.2.1-192.0.2.1',
        `3 2001:db8::1-2001:db8::1 ${kind('nodata')}`,
        `4 2001:db8:1::-2001:db8:1:ffff:ffff:ffff:ffff:ffff ${records([1, 'c0000209'])}`,
        `5 2001:db8:3:4:5:6:7:8-2001:db8:3:4:5:6:7:8 ${kind('nxdomain')}`,
      ],
      skipped: [],
    });
  });

  test('leaves out triggers and actions that are not followed here, and says why', () => {
    const text = [
      '32.1.2.0.192.rpz-client-ip CNAME .',
      'ns.example.rpz-nsdname CNAME .',
      '32.1.2.0.192.rpz-nsip CNAME .',
      'a.example CNAME *.garden.example.',
      'b.example CNAME rpz-unheard-of.',
      'c.example DNAME d.example.',
      'e.example CNAME relative.example',
      'f.example A 192.0.2.256',
      '33.1.2.0.192.rpz-ip CNAME .',
      '$INCLUDE other.zone',
      'absolute.example. CNAME .',
      'g.example CNAME',
      'h.example CNAME "." )',
      'i.example CAA 0 issue "x"',
    ].join('\n');
    const { rules, skipped } = said(text);
    assert.deepEqual(rules, []);
    assert.deepEqual(
      skipped.map((line) => line.split(':')[0]),
      [
        '1 rpz-client-trigger',
        '2 rpz-server-trigger',
        '3 rpz-server-trigger',
        '4 rpz-reserved-action',
        '5 rpz-reserved-action',
        '6 rpz-reserved-action',
        '7 bad-character',
        '8 not-this-format',
        '9 not-an-address',
        '10 zone-directive',
        '11 outside-zone',
        '12 not-this-format',
        '13 not-this-format',
        '14 unsupported-response',
      ],
    );
  });

  test('takes TTLs and classes in either order, owners left out, entries over several lines', () => {
    const text = [
      'a.example 300 IN CNAME .',
      'b.example IN 1h CNAME .',
      'c.example 1d2h CNAME .',
      'd.example CNAME .',
      '  TXT "x"',
      'e.example TXT ( "one" ; why',
      '  "two" )',
      '*.f.example IN CNAME .',
    ].join('\n');
    assert.deepEqual(said(text), {
      rules: [
        `1 a.example ${kind('nxdomain')}`,
        `2 b.example ${kind('nxdomain')}`,
        `3 c.example ${kind('nxdomain')}`,
        `4 d.example ${kind('nxdomain')}`,
        `5 d.example ${records([16, '0178'])}`,
        `7 e.example ${records([16, '036f6e650374776f'])}`,
        `8 *.f.example ${kind('nxdomain')}`,
      ].sort(byLine),
      skipped: [],
    });
  });

  test('takes names in every script in their xn-- form, whatever the record, and texts as they are written', () => {
    const text = [
      'bücher.example CNAME .',
      'Ödland.example A 192.0.2.1',
      '*.größe.example 60 IN CNAME *.',
      'à.example CNAME gärten.example.',
      'tor.example CNAME bücher.example.',
      '   TXT "grün"',
      'BÜCHER.example CNAME rpz-passthru.',
      'straße.例え.example CNAME straße.例え.example.',
      '  AAAA 2001:db8::1',
    ].join('\n');
    const folded = `xn--strae-oqa.xn--r8jz45g.example`;
    assert.deepEqual(said(text), {
      rules: [
        `1 xn--bcher-kva.example ${kind('nxdomain')}`,
        `2 xn--dland-iua.example ${records([1, 'c0000201'])}`,
        `3 *.xn--gre-6ka8i.example ${kind('nodata')}`,
        '4 xn--0ca.example {"response":{"kind":"alias","target":"xn--grten-gra.example"}}',
        '5 tor.example {"response":{"kind":"alias","target":"xn--bcher-kva.example"}}',
        `6 tor.example ${records([16, '056772c3bc6e'])}`,
        '7 @@xn--bcher-kva.example',
        `8 @@${folded}`,
        `9 ${folded} ${records([28, '20010db8000000000000000000000001'])}`,
      ].sort(byLine),
      skipped: [],
    });
  });

  test('takes owners below the zone, wherever $ORIGIN and SOA put it', () => {
    const zones = [
      '$ORIGIN rpz.example.\n@ SOA a. b. 1 2 3 4 5\na.example CNAME .\nb.example.rpz.example. CNAME .\nother.example. CNAME .\n',
      'rpz.example. SOA a. b. 1 2 3 4 5\n$ORIGIN rpz.example.\na.example CNAME .\n$ORIGIN example.rpz.example.\nb CNAME .\n',
      '$ORIGIN .\nrpz.example SOA a. b. (1 2 3\n 4 5)\n$ORIGIN example.rpz.example.\na CNAME .\nb CNAME .\n',
      '@ SOA a. b. 1 2 3 4 5\n$ORIGIN example\na CNAME .\nb CNAME .\n',
      '$ORIGIN rpz.example.\na.example CNAME .\nb.example CNAME .\n',
    ];
    for (const zone of zones) {
      const names = rulesOf('rpz', zone).rules.map((rule) => rule.split(' ')[1]);
      assert.deepEqual(names, ['a.example', 'b.example'], zone);
    }
  });

  test('a CNAME of the zone itself, or its records, say nothing about names', () => {
    assert.deepEqual(said('@ A 192.0.2.1\n@ TXT "contact"\n'), { rules: [], skipped: [] });
  });

  test('* is every name', () => {
    assert.deepEqual(said('* CNAME .\n').rules, [`1 glob * ${kind('nxdomain')}`]);
  });

  test('in a list that allows, names are allowed; subdomains = true widens those without a star', () => {
    const text = 'a.example CNAME .\nb.example A 192.0.2.1\n*.c.example CNAME .\n';
    assert.deepEqual(said(text, { subdomains: false, allows: true }).rules, [
      '1 @@a.example',
      '2 @@b.example',
      '3 @@*.c.example',
    ]);
    const widened = said(text, { subdomains: true, allows: false }).rules.map((rule) => rule.split(' ')[1]);
    assert.deepEqual(widened.sort(), ['*.c.example', '||a.example^', '||b.example^']);
  });

  test('a parenthesis that never closes costs the rest, but no memory and no exception', () => {
    for (const lines of [10, 300_000]) {
      const { rules, skipped } = said(`a.example CNAME .\nb.example TXT (\n${'x\n'.repeat(lines)}`);
      assert.deepEqual(rules, [`1 a.example ${kind('nxdomain')}`]);
      assert.match(skipped[0]!, /not-this-format/);
    }
  });

  test('a generated zone gives exactly its rules', () => {
    const name = fc
      .array(fc.stringMatching(/^[a-z0-9_][a-z0-9_-]{0,12}$/), { minLength: 1, maxLength: 3 })
      .map((labels) => [...labels, 'example'].join('.'));
    const line = fc.record({
      name,
      star: fc.boolean(),
      between: fc.constantFrom(' CNAME ', '\tCNAME\t', ' IN CNAME ', ' 60 IN CNAME ', '   cname  '),
      behind: fc.constantFrom('', ' ', ' ; why', '\r'),
    });
    const property = fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const text = lines.map((it) => `${it.star ? '*.' : ''}${it.name}${it.between}.${it.behind}`).join('\n');
      const expected = lines.map((it, index) => `${index + 1} ${it.star ? '*.' : ''}${it.name} ${kind('nxdomain')}`);
      assert.deepEqual(said(text), { rules: expected, skipped: [] });
    });
    fc.assert(property, { seed: 20_261_126, numRuns: 200 });
  });
});

/** Records of names that have some come at the end of a list. */
function byLine(a: string, b: string): number {
  const isLate = (rule: string): number => Number(rule.includes('"records"'));
  return isLate(a) - isLate(b) || Number.parseInt(a, 10) - Number.parseInt(b, 10);
}

test('a wildcard ends where the zone has a name, whatever the zone (RFC 4592 section 3.3.1)', () => {
  const ACTIONS = {
    'CNAME .': 'nxdomain',
    'CNAME *.': 'nodata',
    'CNAME rpz-passthru.': 'upstream',
    'A 192.0.2.7': 'records 192.0.2.7',
    'CNAME garden.test.': 'alias garden.test',
  } as const;
  const labels = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 });
  // Mostly as zones are: a name and what lies below it, blocked the same way, with an exception here and there.
  const action = fc.oneof(
    { arbitrary: fc.constant('CNAME .' as const), weight: 4 },
    { arbitrary: fc.constantFrom(...(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[])), weight: 1 },
  );
  const entry = fc
    .tuple(labels, fc.constantFrom(['', '*.'], ['', '*.'], [''], ['*.']), action)
    .map(([name, prefixes, said]) => prefixes.map((prefix) => [`${prefix}${name.join('.')}`, said] as const));
  const everything = fc.option(action).map((said) => (said === null ? [] : [['*', said] as const]));
  const zones = fc
    .tuple(fc.array(entry, { minLength: 2, maxLength: 8 }), everything)
    .map(([entries, all]) => Object.fromEntries([...entries.flat(), ...all]));
  const property = fc.property(zones, fc.array(labels, { maxLength: 40 }), (zone, asked) => {
    const text = Object.entries(zone).map(([name, said]) => `${name} ${said}`);
    const ours = verdictsOf(compileList(HEAD + text.join('\n'), { format: 'rpz', subdomains: false }));
    const owners = Object.keys(zone);
    const exists = (name: string): boolean => owners.some((it) => it === name || it.endsWith(`.${name}`));
    for (const name of asked.map((it) => it.join('.'))) {
      let encloser = name;
      while (encloser !== '' && !exists(encloser)) encloser = encloser.split('.').slice(1).join('.');
      const said = zone[encloser === name ? name : encloser === '' ? '*' : `*.${encloser}`];
      assert.equal(ours(name), said === undefined ? 'upstream' : ACTIONS[said], `${name} in ${text.join(', ')}`);
    }
  });
  fc.assert(property, { seed: 20_261_127, numRuns: 500 });
});

test('a wildcard ends where one below it does, though that would say the same', () => {
  const zone = '*.wide CNAME .\nb.wide CNAME .\n*.b.wide CNAME .\nc.b.wide CNAME rpz-passthru.\n';
  const verdict = verdictsOf(compileList(HEAD + zone, { format: 'rpz', subdomains: false }));
  const names = ['x.c.b.wide', 'c.b.wide', 'd.b.wide', 'y.x.d.b.wide', 'b.wide', 'a.wide'];
  assert.deepEqual(
    names.map((name) => verdict(name)),
    ['upstream', 'upstream', 'nxdomain', 'nxdomain', 'nxdomain', 'nxdomain'],
  );
});

test('records that a zone gives to every name add up', () => {
  const text = '* A 192.0.2.1\n* AAAA 2001:db8::1\n* A 192.0.2.1\n';
  assert.deepEqual(said(text).rules, [
    `1 glob * ${records([1, 'c0000201'], [28, '20010db8000000000000000000000001'])}`,
  ]);
  const verdict = verdictsOf(compileList(`${HEAD}${text}org TXT x\n`, { format: 'rpz', subdomains: false }));
  assert.deepEqual([verdict('a.example'), verdict('a.example', 28)], ['records 192.0.2.1', 'records 2001:db8::1']);
});

test('a wildcard with more names below it than a condition may have stays as wide as it looks', () => {
  const zone = (names: number): string =>
    `${HEAD}*.wide.example CNAME .\n${Array.from({ length: names }, (_, i) => `n${i}.wide.example CNAME rpz-passthru.\n`).join('')}`;
  const few = verdictsOf(compileList(zone(500), { format: 'rpz', subdomains: false }));
  assert.deepEqual(
    ['a.wide.example', 'x.n1.wide.example'].map((name) => few(name)),
    ['nxdomain', 'upstream'],
  );
  const many = verdictsOf(compileList(zone(1000), { format: 'rpz', subdomains: false }));
  assert.deepEqual(
    ['n1.wide.example', 'a.wide.example', 'x.n1.wide.example'].map((name) => many(name)),
    ['upstream', 'nxdomain', 'nxdomain'],
  );
});

test('a wildcard of one zone does not end at names of another list', () => {
  const other = 'b.wide.example\n';
  const zone = `${HEAD}*.wide.example CNAME .\n`;
  const verdicts = verdictsOf(
    compileLists([
      [zone, { format: 'rpz', subdomains: false }],
      [other, { format: 'domains', subdomains: false, action: 'allow' }],
    ]),
  );
  assert.deepEqual(
    ['b.wide.example', 'x.b.wide.example'].map((name) => verdicts(name)),
    ['upstream', 'nxdomain'],
  );
});

const PEERS = [
  ['named', startNamedWithPolicy],
  ['unbound', startUnboundWithPolicy],
] as const;

describe('named and unbound, with the same zone,', () => {
  const zone = `${HEAD}nx.example CNAME .
*.nx.example CNAME .
exact.example CNAME .
below.example CNAME rpz-passthru.
*.below.example CNAME *.
nodata.example CNAME *.
pass.wild.example CNAME rpz-passthru.
*.other.example CNAME .
drop.example CNAME rpz-drop.
tcp.example CNAME rpz-tcp-only.
local.example A 192.0.2.7
local.example A 192.0.2.8
*.local.example A 192.0.2.9
garden.example CNAME ready.test.
24.0.100.51.198.rpz-ip CNAME .
`;
  const names = `nx a.nx a.b.nx exact a.exact below a.below nodata a.nodata pass.wild wild other a.other drop tcp local a.local garden unnamed`;
  for (const [command, start] of PEERS) {
    test(`${command} says the same of every name`, async (t) => {
      if (!hasCommands(t, command)) return;
      const server = await start(zone);
      t.after(() => server.stop());
      const ours = verdictsOf(compileList(zone, { format: 'auto', subdomains: false }));
      for (const name of names.split(' ').map((it) => `${it}.example`)) {
        const theirs = await verdictOf(server.port, name);
        assert.equal(ours(name), theirs === PASSES.rpz ? 'upstream' : theirs, name);
      }
    });
  }

  // Names within names: a wildcard says nothing below a name that the zone has.
  const nested = `${HEAD}*.pass.example CNAME .
b.pass.example CNAME rpz-passthru.
*.nodata.example CNAME .
x.y.nodata.example CNAME *.
*.local.example CNAME .
a.b.local.example A 192.0.2.7
*.allow.example CNAME rpz-passthru.
bad.allow.example CNAME .
*.deep.allow.example CNAME .
*.same.example CNAME .
a.same.example CNAME .
*.a.same.example CNAME .
b.same.example CNAME .
c.same.example CNAME *.
*.c.same.example CNAME *.
q\\.dot.same.example CNAME .
*.up.example CNAME .
*.X.Up.example CNAME .
*.wide.example CNAME .
b.wide.example CNAME .
*.b.wide.example CNAME .
c.b.wide.example CNAME rpz-passthru.
`;
  const nestedNames = `pass a.pass b.pass x.b.pass y.x.b.pass z.a.pass q.nodata x.y.nodata k.x.y.nodata a.b.local d.a.b.local c.b.local z.local
 allow o.allow bad.allow x.bad.allow deep.allow x.deep.allow y.x.deep.allow
 a.same x.a.same y.x.a.same b.same x.b.same c.same x.c.same d.same x.d.same q\\.dot.same k.q\\.dot.same up a.up a.x.up b.a.x.up
 a.wide b.wide d.b.wide c.b.wide x.c.b.wide y.x.c.b.wide`;
  /** Names that the zone has only because there are some below them. To unbound they do not exist. */
  const emptyNames = 'y.nodata q.y.nodata b.local x.up';
  for (const [command, start] of PEERS) {
    test(`${command} says the same of names within names`, async (t) => {
      if (!hasCommands(t, command)) return;
      const server = await start(nested);
      t.after(() => server.stop());
      const ours = verdictsOf(compileList(nested, { format: 'rpz', subdomains: false }));
      const names = command === 'named' ? `${nestedNames} ${emptyNames}` : nestedNames;
      for (const name of names.split(/\s+/).map((it) => `${it}.example`)) {
        const theirs = await verdictOf(server.port, name);
        assert.equal(ours(name), theirs === PASSES.rpz ? 'upstream' : theirs, name);
      }
    });
  }

  test('named says the same of a wildcard for everything', async (t) => {
    if (!hasCommands(t, 'named')) return;
    const everything = `${HEAD}* CNAME .\nready.test CNAME rpz-passthru.\na.example CNAME rpz-passthru.\n*.org CNAME *.\nnet A 192.0.2.7\n`;
    const server = await startNamedWithPolicy(everything);
    t.after(() => server.stop());
    const ours = verdictsOf(compileList(everything, { format: 'rpz', subdomains: false }));
    for (const name of 'com a.com a.example b.a.example b.example example org a.org net a.net'.split(' ')) {
      const theirs = await verdictOf(server.port, name);
      assert.equal(ours(name), theirs === PASSES.rpz ? 'upstream' : theirs, name);
    }
  });
});
