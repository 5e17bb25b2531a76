import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addLine, ask, HASH_KEY, namesOf, wire, zone } from '../../../test/fixtures/local-names.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { LOCAL_FLAG, LocalMatch, LocalNames, ZONE_KIND } from './local-names.ts';
import { LOCAL_NAMES_MAX, LocalNamesBuilder } from './local-names-builder.ts';

function asks(names: LocalNames, expected: Readonly<Record<string, string>>): void {
  for (const [question, outcome] of Object.entries(expected)) {
    const [name = '', type = 'A'] = question.split(' ');
    assert.equal(ask(names, name, type), outcome, question);
  }
}

test('a name of ours answers for every type it has, has no data for others, and nothing beside it is touched', () => {
  asks(namesOf(['nas.example.org A 192.0.2.1', 'nas.example.org A 192.0.2.2', 'nas.example.org TXT hello']), {
    'nas.example.org A': 'records 2',
    'nas.example.org TXT': 'records 1',
    'nas.example.org AAAA': 'nodata',
    'nas.example.org HTTPS': 'nodata',
    'example.org A': 'pass',
    'org A': 'pass',
    'as.example.org A': 'pass',
    'x.nas.example.org A': 'pass',
    '. A': 'pass',
  });
});

test('what belongs to the apex of a zone that is not ours is left to those whose it is', () => {
  const names = namesOf(['com A 192.0.2.1']);
  asks(names, {
    'com A': 'records 1',
    'com MX': 'nodata',
    'com NS': 'pass',
    'com DS': 'pass',
    'com SOA': 'pass',
    'com DNSKEY': 'pass',
  });
});

test('within a zone what has no record does not exist, and what stands between exists without data', () => {
  const names = namesOf(['a.b.lan A 192.0.2.1'], [zone('lan', { hasApexRecords: true })]);
  asks(names, {
    'a.b.lan A': 'records 1',
    'b.lan A': 'nodata in lan',
    'c.lan A': 'nxdomain in lan',
    'x.a.b.lan A': 'nxdomain in lan',
    'lan A': 'nodata in lan',
    'lan SOA': 'records 1',
    'lan NS': 'records 1',
    'plan A': 'pass',
  });
});

test('a zone without records of its own does not exist, unless something below it does', () => {
  asks(namesOf([], [zone('internal')]), {
    'internal A': 'nxdomain in internal',
    'x.internal A': 'nxdomain in internal',
  });
  asks(namesOf(['db.internal A 192.0.2.1'], [zone('internal')]), { 'internal A': 'nodata in internal' });
});

test('RFC 4592: a wildcard covers what does not exist at any depth, and nothing that exists', () => {
  const names = namesOf(
    ['*.home.example A 192.0.2.1', 'nas.home.example A 192.0.2.2', 'a.deep.home.example A 192.0.2.3'],
    [zone('home.example')],
  );
  asks(names, {
    'any.home.example A': 'records 1',
    'x.y.home.example A': 'records 1',
    'any.home.example AAAA': 'nodata in home.example',
    '*.home.example A': 'records 1',
    'home.example A': 'nodata in home.example',
    'nas.home.example AAAA': 'nodata in home.example',
    'x.nas.home.example A': 'nxdomain in home.example',
    'deep.home.example A': 'nodata in home.example',
    'x.deep.home.example A': 'nxdomain in home.example',
  });
});

test('outside of our zones a wildcard covers the names below, and an empty name between is not ours', () => {
  const names = namesOf(['*.home.example A 192.0.2.1', 'a.deep.home.example A 192.0.2.3']);
  asks(names, {
    'x.home.example A': 'records 1',
    'home.example A': 'pass',
    'deep.home.example A': 'pass',
    'x.deep.home.example A': 'pass',
  });
});

test('a wildcard does not reach over the edge of a zone', () => {
  const names = namesOf(['*.example A 192.0.2.1'], [zone('sub.example')]);
  asks(names, {
    'x.example A': 'records 1',
    'sub.example A': 'nxdomain in sub.example',
    'x.sub.example A': 'nxdomain in sub.example',
  });
});

test('an alias is followed while its target is here, and leads on where it is not', () => {
  const names = namesOf(
    [
      'one.lan CNAME two.lan',
      'two.lan CNAME nas.lan',
      'nas.lan A 192.0.2.1',
      'gone.lan CNAME nobody.lan',
      'out.lan CNAME via.lan',
      'via.lan CNAME WWW.Example.org',
      'star.lan CNAME any.wild.lan',
      '*.wild.lan A 192.0.2.9',
      'round.lan CNAME about.lan',
      'about.lan CNAME round.lan',
    ],
    [zone('lan')],
  );
  asks(names, {
    'one.lan A': 'records 3',
    'one.lan CNAME': 'records 1',
    'one.lan AAAA': 'nodata in lan',
    'gone.lan A': 'nxdomain in lan',
    'out.lan A': 'alias to www.example.org',
    'star.lan A': 'records 2',
    'round.lan A': 'loop',
    'round.lan CNAME': 'records 1',
  });
});

test('a wildcard alias leads to a name below it while that has records, and is a bounded circle while it has none', () => {
  const lines = ['*.home.example CNAME nas.home.example', '*.far.example CNAME x.near.example'];
  const circles = ['*.near.example CNAME y.far.example'];
  asks(namesOf([...lines, 'nas.home.example A 192.0.2.1', 'x.near.example A 192.0.2.2', ...circles]), {
    'any.home.example A': 'records 2',
    'any.home.example AAAA': 'nodata',
    'nas.home.example A': 'records 1',
    'a.far.example A': 'records 2',
  });
  asks(namesOf([...lines, ...circles]), {
    'any.home.example A': 'loop',
    'nas.home.example A': 'loop',
    'nas.home.example CNAME': 'records 1',
    'a.far.example A': 'loop',
  });
});

test('a forwarded zone sends on what is not written here, its DS to the zone above', () => {
  const forwarded = { kind: ZONE_KIND.NONE, parentAnswersDs: true } as const;
  const names = namesOf(
    ['nas.corp.example A 192.0.2.1'],
    [zone('corp.example', { ...forwarded, forwarder: 3 }), zone('lab.corp.example', { ...forwarded, forwarder: 4 })],
  );
  asks(names, {
    'nas.corp.example A': 'records 1',
    'corp.example A': 'pass to resolver 3',
    'x.corp.example A': 'pass to resolver 3',
    'x.lab.corp.example A': 'pass to resolver 4',
    'corp.example DS': 'pass',
    'x.corp.example DS': 'pass to resolver 3',
  });
});

test('a zone given twice stays as it was given first', () => {
  const names = namesOf([], [zone('home.arpa', { kind: ZONE_KIND.NONE, forwarder: 0 }), zone('home.arpa')]);
  asks(names, { 'x.home.arpa A': 'pass to resolver 0' });
});

test('flags of a name hold for everything below it, and change no answer', () => {
  const builder = new LocalNamesBuilder(HASH_KEY);
  builder.addFlags(wire('example.org'), LOCAL_FLAG.NO_CACHE);
  addLine(builder, '*.org A 192.0.2.1');
  const names = new LocalNames(builder.finish());
  const flagsOf = (text: string): number => {
    const hasher = new NameHasher(HASH_KEY);
    const match = new LocalMatch();
    hasher.hash(wire(text), wire(text).length);
    names.find(wire(text), wire(text).length, 1, hasher, match);
    return match.flags;
  };
  assert.deepEqual(['example.org', 'a.b.example.org', 'org', 'xexample.org', 'example.com'].map(flagsOf), [
    LOCAL_FLAG.NO_CACHE,
    LOCAL_FLAG.NO_CACHE,
    0,
    0,
    0,
  ]);
  assert.equal(ask(names, 'example.org'), 'records 1');
});

test('a name belongs to its first source, whatever the type; an alias stands alone', () => {
  const builder = new LocalNamesBuilder(HASH_KEY);
  assert.equal(addLine(builder, 'a.lan A 192.0.2.1', 1), undefined);
  assert.equal(addLine(builder, 'a.lan A 192.0.2.1', 1), undefined);
  assert.equal(addLine(builder, 'a.lan A 192.0.2.9', 2), 'shadowed');
  assert.equal(addLine(builder, 'a.lan AAAA 2001:db8::9', 2), 'shadowed');
  assert.equal(addLine(builder, 'a.lan AAAA 2001:db8::1', 1), undefined);
  assert.equal(addLine(builder, 'a.lan CNAME b.lan', 1), 'beside an alias');
  assert.equal(addLine(builder, 'a.lan CNAME b.lan', 2), 'shadowed');
  assert.equal(addLine(builder, 'c.lan CNAME b.lan', 1), undefined);
  assert.equal(addLine(builder, 'c.lan A 192.0.2.9', 1), 'beside an alias');
  assert.equal(addLine(builder, 'c.lan A 192.0.2.9', 2), 'shadowed');
  assert.equal(addLine(builder, 'c.lan CNAME d.lan', 1), 'beside an alias');
  const names = new LocalNames(builder.finish());
  asks(names, { 'a.lan A': 'records 1', 'a.lan AAAA': 'records 1', 'c.lan A': 'alias to b.lan' });
});

test('200,000 names fit, the next one is refused, and every one of them is found', () => {
  const builder = new LocalNamesBuilder(HASH_KEY);
  const rdata = Uint8Array.of(192, 0, 2, 1);
  const owner = (number: number): Uint8Array => wire(`host-${number}.rack-${number % 50}.lan`);
  for (let i = 0; i < LOCAL_NAMES_MAX; i++) builder.add(0, { owner: owner(i), type: 1, ttlSeconds: 60, rdata });
  assert.equal(builder.add(0, { owner: owner(LOCAL_NAMES_MAX), type: 1, ttlSeconds: 60, rdata }), 'too many names');
  const names = new LocalNames(builder.finish());
  for (let i = 0; i < LOCAL_NAMES_MAX; i += 97) assert.equal(ask(names, `host-${i}.rack-${i % 50}.lan`), 'records 1');
  assert.equal(ask(names, `host-${LOCAL_NAMES_MAX}.rack-0.lan`), 'pass');
});

test('records of one name and type end where an answer would have no room', () => {
  const builder = new LocalNamesBuilder(HASH_KEY);
  const faults = Array.from({ length: 2000 }, (_, i) => addLine(builder, `many.lan A 10.0.${i >> 8}.${i & 0xff}`));
  assert.equal(faults.filter((fault) => fault === 'too many records').length, 1250);
  assert.equal(ask(new LocalNames(builder.finish()), 'many.lan'), 'records 750');
});
