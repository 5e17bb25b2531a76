import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameToText } from '../../wire/name-text.ts';
import { typeToText } from '../../wire/type-text.ts';
import { faultsToText } from './parsed-file.ts';
import { parseHostsFile } from './parse-hosts-file.ts';
import { runAtOnce } from './slices.ts';

function parse(text: string, machine = 'gw') {
  const parsed = runAtOnce(parseHostsFile(text, machine));
  const records = parsed.records.map(
    ({ owner, type, rdata, line }) =>
      `${line} ${nameToText(owner)} ${typeToText(type)} ${Buffer.from(rdata).toString('hex')}`,
  );
  return { records, faults: faultsToText(parsed) };
}

test('every name of a line gets the address, in both families, with comments and odd blanks', () => {
  const text =
    '\uFEFF192.0.2.1\tNAS.home  nas # the disk\r\n\r\n# nothing\n  2001:db8::1 nas.home.\nbroken\n192.0.2.2 last';
  assert.deepEqual(parse(text), {
    records: [
      '1 nas.home A c0000201',
      '1 nas A c0000201',
      '4 nas.home AAAA 20010db8000000000000000000000001',
      '6 last A c0000202',
    ],
    faults: 'line 5: does not begin with an address',
  });
});

test('what every hosts file says of its own machine is no name of the network', () => {
  const text =
    '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nfe80::1%lo0 localhost\n0.0.0.0 0.0.0.0\n';
  assert.deepEqual(parse(text), { records: [], faults: '' });
});

test('the name of this machine at its own loopback address is nothing for others, what people block there is', () => {
  const debian = '127.0.0.1 localhost\n127.0.1.1 old.home.arpa old\n::1 localhost gw\n127.0.0.1\tGW.home.arpa GW\n';
  assert.deepEqual(parse(debian), { records: [], faults: '' });
  assert.deepEqual(parse(debian, 'gw.home.arpa').records, []);
  const rest = '127.0.0.1 ads.example\n127.0.1.2 gw2\n::1 ads.example\n192.168.1.1 gw.home.arpa gw\n';
  const kept = ['1 ads.example A 7f000001', '2 gw2 A 7f000102', `3 ads.example AAAA ${'0'.repeat(31)}1`];
  const own = ['4 gw.home.arpa A c0a80101', '4 gw A c0a80101'];
  assert.deepEqual(parse(rest).records, [...kept, ...own]);
  assert.deepEqual(parse('127.0.0.1 localhost ads.example\n', 'localhost.localdomain').records, [
    '1 ads.example A 7f000001',
  ]);
});

test('on a machine whose short name others have as their first label, what people block at loopback is kept', () => {
  const blocked = (text: string, machine = 'www') => parse(text, machine).records.map((record) => record.split(' ')[1]);
  assert.deepEqual(blocked('127.0.0.1 www.tracker.example WWW.ads.example.\n'), [
    'www.tracker.example',
    'www.ads.example',
  ]);
  assert.deepEqual(blocked('::1 www.tracker.example localhost\n', 'www.lan'), ['www.tracker.example']);
  // Only what the machine is called leaves the line.
  assert.deepEqual(blocked('127.0.0.1 www tracker.example\n'), ['tracker.example']);
  assert.deepEqual(blocked('127.0.0.1 www.LAN. www.tracker.example\n', 'Www.lan'), ['www.tracker.example']);
  assert.deepEqual(blocked('127.0.0.1 www.lan www tracker.example\n', 'www'), ['tracker.example']);
  assert.deepEqual(blocked('127.0.1.1 www.lan\n127.0.1.1 old.lan old ads.example\n', 'www'), ['ads.example']);
  assert.deepEqual(blocked('127.0.1.1 localhost.ads.example\n', 'localhost'), ['localhost.ads.example']);
});

test('a faulty name costs neither its line nor the others', () => {
  const { records, faults } = parse('192.0.2.1 good a..b *.wild also-good\n192.0.2.2\nfe80::1%eth0 link\n');
  assert.deepEqual(records, ['1 good A c0000201', '1 also-good A c0000201']);
  assert.equal(
    faults,
    'line 1: what follows the address is not a name; line 2: an address without a name; line 3: an address of one interface (%) means nothing to others',
  );
});

test('of many faulty lines the first are told and the rest are counted', () => {
  const { faults } = parse(`${'junk\n'.repeat(1000)}192.0.2.1 ${'x'.repeat(10_000)}\n`);
  assert.match(faults, /^line 1: .*line 5: [^;]*; and 996 more$/);
});
