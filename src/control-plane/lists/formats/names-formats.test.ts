import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rulesOf } from '../../../../test/fixtures/lists/rules-of.ts';
import type { ListFormatName } from './format-names.ts';
import { NO_SINK } from '../list-reader.ts';
import { makeFormat } from './make-format.ts';

interface Outcome {
  /** "line name" or "line ||name^" */
  readonly names: string[];
  readonly faults: string[];
  readonly goodLines: number;
}

function parse(format: ListFormatName, text: string, subdomains = false): Outcome {
  const reading = { subdomains, allows: false };
  const { rules, skipped } = rulesOf(format, text, reading);
  const parser = makeFormat(format, reading, NO_SINK, () => undefined);
  parser.parse(Buffer.from(text), 0, Buffer.byteLength(text));
  return { names: rules, faults: skipped, goodLines: parser.goodLines };
}

describe('hosts format', () => {
  test('every address in front means the same', () => {
    const text =
      '0.0.0.0 a.example\n127.0.0.1 b.example\n:: c.example\n::1\td.example\n192.0.2.7 e.example\nfe80::1%lo0 f.example\n';
    assert.deepEqual(parse('hosts', text), {
      names: ['1 a.example', '2 b.example', '3 c.example', '4 d.example', '5 e.example', '6 f.example'],
      faults: [],
      goodLines: 6,
    });
  });

  test('many names stand in one line', () => {
    const text = '0.0.0.0 a.example b.example\tc.example   d.example\n0.0.0.0 e.example';
    assert.deepEqual(parse('hosts', text).names, [
      '1 a.example',
      '1 b.example',
      '1 c.example',
      '1 d.example',
      '2 e.example',
    ]);
  });

  test('comments, empty lines, blanks and carriage returns do not matter, and are counted as lines', () => {
    const text =
      '# head\r\n\r\n  0.0.0.0   a.example # why\r\n! also a comment\n0.0.0.0 b.example#[tracker]\n   \n0.0.0.0 c.example  ';
    assert.deepEqual(parse('hosts', text), {
      names: ['3 a.example', '5 b.example', '7 c.example'],
      faults: [],
      goodLines: 3,
    });
  });

  test('the entries that every hosts file has are no faults and name nothing', () => {
    const head = [
      '127.0.0.1 localhost localhost.localdomain LOCALHOST',
      '127.0.0.1 local',
      '255.255.255.255 broadcasthost',
      '::1 ip6-localhost ip6-loopback',
      'fe80::1%lo0 localhost',
      'ff00::0 ip6-mcastprefix',
      'ff02::1 ip6-allnodes',
      '0.0.0.0 0.0.0.0',
    ].join('\n');
    assert.deepEqual(parse('hosts', head), { names: [], faults: [], goodLines: 8 });
  });

  test('names that only resemble those are entries', () => {
    assert.deepEqual(parse('hosts', '0.0.0.0 localhost.example locals ip6-local').names, [
      '1 localhost.example',
      '1 locals',
      '1 ip6-local',
    ]);
  });

  test('one faulty name does not cost the others of its line', () => {
    assert.deepEqual(parse('hosts', '0.0.0.0 a.example b..example c.example d/e\n'), {
      names: ['1 a.example', '1 c.example'],
      faults: ['1 empty-label: 0.0.0.0 a.example b..example c.example d/e'],
      goodLines: 1,
    });
  });

  test('lines without an address or without a name are faulty', () => {
    assert.deepEqual(parse('hosts', 'a.example\n0.0.0.0\n0.0.0.0 # none\n999.0.0.1 b.example\n0.0.0.0 192.0.2.1'), {
      names: [],
      faults: [
        '1 no-address: a.example',
        '2 no-name: 0.0.0.0',
        '3 no-name: 0.0.0.0 # none',
        '4 no-address: 999.0.0.1 b.example',
        '5 address: 0.0.0.0 192.0.2.1',
      ],
      goodLines: 0,
    });
  });

  test('subdomains = true covers what lies below', () => {
    assert.deepEqual(parse('hosts', '0.0.0.0 a.example', true).names, ['1 ||a.example^']);
  });
});

describe('domains and wildcard format', () => {
  test('a bare name is that name, with *. in front also everything below', () => {
    assert.deepEqual(parse('domains', 'a.example\n*.b.example\n*.zip\nzip'), {
      names: ['1 a.example', '2 ||b.example^', '3 ||zip^', '4 zip'],
      faults: [],
      goodLines: 4,
    });
  });

  test('both kinds of comments, empty lines and carriage returns do not matter', () => {
    const text = '# one\n! two\r\n\r\na.example # why\r\n\tb.example\t\r\nc.example#why\n';
    assert.deepEqual(parse('domains', text), {
      names: ['4 a.example', '5 b.example', '6 c.example'],
      faults: [],
      goodLines: 3,
    });
  });

  test('a rule for the inside of web pages is no name with a comment', () => {
    const text =
      'a.example##.banner\nb.example#@#.banner\nc.example#?#x\nd.example#%#x\ne.example#$#x\nf.example ## why\n';
    const { names, faults } = parse('domains', text);
    assert.deepEqual(names, ['6 f.example']);
    assert.equal(faults.length, 5);
  });

  test('what is not one name is faulty', () => {
    assert.deepEqual(
      parse('domains', 'a.example b.example\n*\n*.\n*a.example\na.*.example\n192.0.2.1\n||c.example^\n'),
      {
        names: [],
        faults: [
          '1 trailing-text: a.example b.example',
          '2 bad-character: *',
          '3 empty-label: *.',
          '4 bad-character: *a.example',
          '5 bad-character: a.*.example',
          '6 address: 192.0.2.1',
          '7 bad-character: ||c.example^',
        ],
        goodLines: 0,
      },
    );
  });

  test('subdomains = true covers what lies below', () => {
    assert.deepEqual(parse('domains', 'a.example\n*.b.example', true).names, ['1 ||a.example^', '2 ||b.example^']);
  });
});

describe('a list that allows', () => {
  test('allows the names it has', () => {
    const allowing = { subdomains: false, allows: true };
    assert.deepEqual(rulesOf('hosts', '0.0.0.0 a.example b.example', allowing).rules, [
      '1 @@a.example',
      '1 @@b.example',
    ]);
    assert.deepEqual(rulesOf('domains', '*.a.example', allowing).rules, ['1 @@||a.example^']);
  });
});
