import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameToText } from '../../wire/name-text.ts';
import { typeToText } from '../../wire/type-text.ts';
import { faultsToText } from './parsed-file.ts';
import { parseHostsFile } from './parse-hosts-file.ts';
import { runAtOnce } from './slices.ts';

function parse(text: string) {
  const parsed = runAtOnce(parseHostsFile(text));
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
