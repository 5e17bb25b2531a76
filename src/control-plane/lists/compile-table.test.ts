import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sourcesNaming } from '../../../test/fixtures/lists/sources-naming.ts';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { readTestData } from '../../../test/setup/test-data.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import { TIER } from '../../memory/block-table/rule-model.ts';
import type { CompileInput, CompileJob, ListInput } from './compile-messages.ts';
import { compileTable } from './compile-table.ts';
import { listTables, loadTable, removeOtherTables, tablePath } from './compiled-store.ts';
import { contentIdOf } from './content-id.ts';
import { partPath } from './replace-file.ts';

const HASH_KEY = new Uint8Array(16).fill(7);
const noProc = existsSync(`/proc/self/task/${process.pid}/children`) ? false : 'needs /proc/…/children';
const never = new AbortController().signal;

/** Processes that this one has started, without those that have ended. */
function childPids(): number[] {
  const text = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

describe('compiling lists in the helper process', () => {
  const directory = temporaryDirectory();
  before(() => mkdirSync(join(directory.path, 'compiled')));
  after(() => directory.remove());

  function list(name: string, text: string | Uint8Array, options: Partial<ListInput> = {}): ListInput {
    const path = join(directory.path, `${name}.txt`);
    writeFileSync(path, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { name, action: 'block', format: 'auto', subdomains: false, copy: { path, sha256, names: 0 }, ...options };
  }

  function job(lists: readonly ListInput[], removals: readonly string[] = []): CompileJob {
    const input: CompileInput = { hashKey: HASH_KEY, lists, removals };
    const contentId = contentIdOf(input);
    return { ...input, contentId, tablePath: tablePath(directory.path, contentId) };
  }

  test('gives a table that says which lists name a name', async () => {
    const lists = [
      list('ads', '0.0.0.0 ads.example\n0.0.0.0 both.example\n'),
      list('missing', '', { copy: undefined }),
      list('wild', '*.wild.example\n'),
      list('wide', 'wide.example\nfine.example\n', { subdomains: true }),
      list('good', 'good.wild.example\nboth.example\n', { action: 'allow' }),
    ];
    const outcome = await compileTable(job(lists, ['||fine.example^$badfilter']), never);
    assert.ok(outcome.kind === 'compiled');
    const { table } = outcome;
    assert.deepEqual(
      new BlockTable(table, true).sources.map(({ name, kind, tier }) => [name, kind, tier]),
      lists.map(({ name }) => [name, 'list', TIER.LISTS]),
    );
    const named: [string, string[]][] = [
      ['ads.example', ['ads']],
      ['x.ads.example', []],
      ['x.wild.example', ['wild']],
      ['wild.example', ['wild']],
      ['x.wide.example', ['wide']],
      ['fine.example', []],
      ['good.wild.example', ['@@good', 'wild']],
      ['both.example', ['@@good', 'ads']],
      ['other.example', []],
    ];
    for (const [name, sources] of named) assert.deepEqual(sourcesNaming(table, name), sources, name);
  });

  test('tells how far it is, list by list', async () => {
    const { copy } = list('of-seven', 'a.example\n');
    const ofSeven = { copy: { ...copy!, names: 7 } };
    const lists = [
      list('of-seven', 'a.example\n', ofSeven),
      list('missing', '', { copy: undefined }),
      list('one', '||b.example^\n'),
    ];
    const read: number[] = [];
    await compileTable(job(lists), never, { onRead: (rules) => read.push(rules) });
    assert.deepEqual(read, [7, 7, 7]);
  });

  test('tells what became of the lines of each list', async () => {
    const lists = [
      list('ads', '||ads.example^\n||ads.example^\n||bad_line^$unknown-option\n@@||good.example^\n'),
      list('missing', '', { copy: undefined }),
      list('names', 'a.example\nb.example\n'),
      list(
        'ranges',
        [...Array.from({ length: 18 }, (_, n) => `||10.0.0.0/24^$client=c${n}`), '10.0.0.0/8\n'].join('\n'),
      ),
      list('endless', Array.from({ length: 70 }, (_, type) => `||ads.example^$dnstype=TYPE${type + 100}\n`).join('')),
    ];
    const outcome = await compileTable(job(lists), never);
    assert.ok(outcome.kind === 'compiled');
    const told = outcome.reports.map(({ list: name, report }) => [
      name,
      report.rules.names + report.rules.subtrees + report.rules.addresses,
      report.rules.exceptions,
      report.repeated.rules,
      report.leftOut.rules,
      report.skipped.map(({ lines, first }) => [lines, first[0]?.lineNumber]),
    ]);
    assert.deepEqual(told, [
      ['ads', 2, 1, 1, 0, [[1, 3]]],
      ['names', 2, 0, 0, 0, []],
      ['ranges', 16, 0, 0, 3, []],
      ['endless', 64, 0, 0, 6, []],
    ]);
  });

  test('tells the first lines of what a list says again and of what finds no place, by kind, and how many there are', async () => {
    const conditional = Array.from({ length: 70 }, (_, type) => `||n.example^$dnstype=TYPE${type + 100}`);
    const [names, patterns, ranges] = [
      '||a.example^\n*.b.example',
      '/^ads[0-9]/\n*ads*x*',
      '192.0.2.1\n192.0.2.8-192.0.2.15',
    ];
    const text = [
      names,
      patterns,
      ranges,
      ...conditional,
      names,
      patterns,
      ranges,
      ...Array<string>(9).fill('c.example'),
    ];
    const outcome = await compileTable(job([list('mixed', text.join('\n'), { format: 'adblock' })]), never);
    assert.ok(outcome.kind === 'compiled');
    const { rules, repeated, leftOut, skipped } = outcome.reports[0]!.report;
    assert.deepEqual(
      [rules.names, rules.subtrees, rules.below, rules.patterns, rules.addresses, rules.conditional],
      [1, 1 + 64, 1, 2, 2, 64],
    );
    assert.deepEqual(repeated, {
      rules: 6 + 8,
      first: [
        { lineNumber: 77, text: '||a.example^' },
        { lineNumber: 78, text: '*.b.example' },
        { lineNumber: 79, text: '/^ads[0-9]/' },
        { lineNumber: 80, text: '*ads*x*' },
        { lineNumber: 81, text: '192.0.2.1' },
      ],
    });
    assert.deepEqual(leftOut, {
      rules: 6,
      first: Array.from({ length: 5 }, (_, index) => ({ lineNumber: 71 + index, text: '||n.example^' })),
    });
    assert.deepEqual(skipped, []);
  });

  test('tells patterns for which there is no room as left out, and counts as taken those that the table has', async () => {
    const lines = Array.from({ length: 4000 }, (_, index) => `@@/^ad${index}[0-9]+x/$client=c1`);
    const outcome = await compileTable(job([list('patterns', lines.join('\n'))]), never);
    assert.ok(outcome.kind === 'compiled');
    const { rules, skipped } = outcome.reports[0]!.report;
    const taken = new BlockTable(outcome.table, true).patterns.length;
    assert.ok(taken > 0 && taken < 4000, `${taken} taken`);
    assert.deepEqual([rules.patterns, rules.exceptions, rules.conditional], [taken, taken, taken]);
    assert.equal(
      skipped.reduce((sum, { lines: count }) => sum + count, 0),
      4000 - taken,
    );
    const { first, reasonText, isFault } = skipped[0]!;
    assert.deepEqual([isFault, first.length], [false, 5]);
    assert.match(reasonText, /pattern/);
    assert.equal(lines[first[0]!.lineNumber - 1], `@@/${first[0]!.text}/$client=c1`);
  });

  test('needs hardly any of its heap for addresses, so that a list of millions leaves the others in force', async () => {
    const octets = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
    const addresses = Array.from({ length: 150_000 }, (_, index) => octets(0x0100_0000 + 40_503 * index));
    const lists = [list('ads', 'ads.example\n'), list('addresses', `${addresses.join('\n')}\n`)];
    const outcome = await compileTable(job(lists), never, { heapMaxMegabytes: 40 });
    assert.equal(outcome.kind, 'compiled');
  });

  test('keeps the table for the next start, byte for byte', async () => {
    const work = job([list('kept', 'kept.example\n')]);
    const outcome = await compileTable(work, never);
    assert.ok(outcome.kind === 'compiled');
    assert.equal(await outcome.written, undefined);
    const loaded = await loadTable(directory.path, work.contentId, HASH_KEY);
    assert.ok(loaded.kind === 'loaded');
    assert.deepEqual(new Uint8Array(loaded.table), new Uint8Array(outcome.table));
    await removeOtherTables(directory.path, work.contentId);
    assert.deepEqual(await listTables(directory.path), [work.contentId]);
  });

  test('a table that cannot be kept is used all the same, with the reason told', async () => {
    const work = job([list('homeless', 'a.example\n')]);
    const outcome = await compileTable({ ...work, tablePath: join(directory.path, 'no', 'such', 'place.bin') }, never);
    assert.ok(outcome.kind === 'compiled');
    assert.match((await outcome.written) ?? '', /no such file/);
  });

  test('a table of many pieces that cannot be kept arrives whole all the same', async () => {
    const names = Array.from({ length: 40_000 }, (_, index) => `host-${index}.example\n`);
    const work = job([list('large', names.join(''))]);
    const outcome = await compileTable({ ...work, tablePath: join(directory.path, 'no', 'such', 'place.bin') }, never);
    assert.ok(outcome.kind === 'compiled');
    assert.equal(new BlockTable(outcome.table, true).entryCount, names.length);
  });

  test('a table that cannot be put into its place leaves no part file behind', async () => {
    const work = job([list('displaced', 'a.example\n')]);
    mkdirSync(join(work.tablePath, 'taken'), { recursive: true });
    const outcome = await compileTable(work, never);
    assert.ok(outcome.kind === 'compiled');
    assert.notEqual(await outcome.written, undefined);
    assert.ok(!existsSync(partPath(work.tablePath)));
  });

  test('with no descriptor free for a helper it is a failure, and the process goes on', {
    skip: process.platform === 'win32' && 'needs ulimit',
  }, () => {
    const program = `
      import { openSync } from 'node:fs';
      import { compileTable } from ${JSON.stringify(new URL('./compile-table.ts', import.meta.url).href)};
      try { for (;;) openSync('/dev/null'); } catch {}
      const job = { hashKey: new Uint8Array(16), lists: [], rules: [], contentId: '', tablePath: '/dev/null/table.bin' };
      console.log((await compileTable(job, new AbortController().signal)).kind);`;
    const command = 'ulimit -n 100 && exec "$0" --input-type=module --eval "$1"';
    const ended = spawnSync('sh', ['-c', command, process.execPath, program], { encoding: 'utf8' });
    assert.equal(ended.stdout.trim(), 'failed', ended.stderr);
  });

  test('a copy that is not what it should be, or is gone, is told by its list', async () => {
    const changed = list('changed', 'a.example\n');
    writeFileSync(changed.copy?.path ?? '', 'b.example\n');
    assert.deepEqual(await compileTable(job([changed]), never), { kind: 'copy-changed', list: 'changed' });
    const gone = list('gone', 'a.example\n', {
      copy: { path: join(directory.path, 'gone'), sha256: '0'.repeat(64), names: 0 },
    });
    assert.deepEqual(await compileTable(job([gone]), never), { kind: 'copy-changed', list: 'gone' });
  });

  test('while queries are answered the helper has the lowest priority, else that of the gateway', {
    skip: noProc,
  }, async () => {
    const own = getPriority();
    for (const [yieldsToQueries, expected] of [
      [true, constants.priority.PRIORITY_LOW],
      [false, own],
    ] as const) {
      const controller = new AbortController();
      const outcome = compileTable(job([list('polite', 'a.example\n')]), controller.signal, { yieldsToQueries });
      // The helper is there as soon as compileTable has been called; it is held only by what is asked of it here.
      assert.deepEqual(
        childPids().map((pid) => getPriority(pid)),
        [expected],
      );
      controller.abort();
      await outcome;
    }
  });

  test('when a table is there its helper is gone, and all memory it took with it', { skip: noProc }, async () => {
    const outcome = await compileTable(job([list('brief', 'a.example\n')]), never);
    assert.equal(outcome.kind, 'compiled');
    assert.deepEqual(childPids(), []);
  });

  test('a fault in the helper is a failure with its reason', async () => {
    const outcome = await compileTable({ ...job([]), hashKey: new Uint8Array(3) }, never);
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.reason, /key|16/i);
  });

  test('a helper that runs out of memory is a failure, and the process goes on', async () => {
    const rules = Array.from({ length: 400_000 }, (_, index) => `||rule-${index}.example^`);
    const outcome = await compileTable(job([], rules), never, { heapMaxMegabytes: 16 });
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.reason, /out of memory/);
  });

  test('a helper that is stopped is a failure at once', async () => {
    const controller = new AbortController();
    const outcome = compileTable(job([list('stopped', 'a.example\n')]), controller.signal);
    controller.abort();
    assert.equal((await outcome).kind, 'failed');
    assert.equal((await compileTable(job([]), controller.signal)).kind, 'failed');
  });

  test('1.5 million names become a table of at most 60 MB', async (t) => {
    const bytes = readTestData(t, 'blocklists/union-1.5M-domains.txt.gz');
    if (bytes === undefined) return;
    const outcome = await compileTable(job([list('union', bytes)]), never);
    assert.ok(outcome.kind === 'compiled');
    assert.equal(outcome.entryCount, 1_510_348);
    assert.ok(outcome.table.byteLength <= 60_000_000);
    assert.deepEqual(sourcesNaming(outcome.table, '0----0.info'), ['union']);
    await outcome.written;
  });
});

describe('a compiled table on the disk', () => {
  const directory = temporaryDirectory();
  const input: CompileInput = { hashKey: HASH_KEY, lists: [], removals: ['||a.example^$badfilter'] };
  const contentId = contentIdOf(input);
  const path = tablePath(directory.path, contentId);
  after(() => directory.remove());
  before(async () => {
    mkdirSync(join(directory.path, 'compiled'));
    const outcome = await compileTable({ ...input, contentId, tablePath: path }, never);
    assert.ok(outcome.kind === 'compiled');
    assert.equal(await outcome.written, undefined);
  });

  test('is refused when an octet of it has changed, when it is cut short, and when it is something else', async () => {
    const whole = readFileSync(path);
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 1]! ^= 1;
    for (const damaged of [
      flipped,
      whole.subarray(0, whole.length - 8),
      whole.subarray(0, 3),
      Buffer.alloc(0),
      Buffer.alloc(4096),
    ]) {
      writeFileSync(path, damaged);
      assert.equal((await loadTable(directory.path, contentId, HASH_KEY)).kind, 'damaged');
    }
    writeFileSync(path, whole);
    assert.equal((await loadTable(directory.path, contentId, HASH_KEY)).kind, 'loaded');
  });

  test('is refused under another content id or another hash key', async () => {
    const other = '0'.repeat(32);
    writeFileSync(tablePath(directory.path, other), readFileSync(path));
    assert.equal((await loadTable(directory.path, other, HASH_KEY)).kind, 'damaged');
    assert.equal((await loadTable(directory.path, contentId, new Uint8Array(16))).kind, 'damaged');
  });

  test('is missing where there is none', async () => {
    assert.equal((await loadTable(directory.path, 'f'.repeat(32), HASH_KEY)).kind, 'missing');
  });

  test('is removed with half-written ones when another takes its place, and nothing else is', async () => {
    const compiled = join(directory.path, 'compiled');
    const newer = 'a'.repeat(32);
    writeFileSync(tablePath(directory.path, newer), 'x');
    writeFileSync(join(compiled, `table-${'b'.repeat(32)}.bin.part`), 'x');
    writeFileSync(join(compiled, 'notes.txt'), 'x');
    await removeOtherTables(directory.path, newer);
    assert.deepEqual(await listTables(directory.path), [newer]);
    assert.ok(existsSync(join(compiled, 'notes.txt')));
    assert.ok(!existsSync(join(compiled, `table-${'b'.repeat(32)}.bin.part`)));
  });
});

describe('a content id', () => {
  const list: ListInput = {
    name: 'a',
    action: 'block',
    format: 'auto',
    subdomains: false,
    copy: { path: '/a', sha256: '1'.repeat(64), names: 1 },
  };
  const input: CompileInput = { hashKey: HASH_KEY, lists: [list], removals: ['||a.example^$badfilter'] };

  test('does not depend on where a copy lies', () => {
    const moved = { ...list, copy: { path: '/b', sha256: '1'.repeat(64), names: 1 } };
    assert.equal(contentIdOf({ ...input, lists: [moved] }), contentIdOf(input));
  });

  const changes: [string, CompileInput][] = [
    ['content', { ...input, lists: [{ ...list, copy: { path: '/a', sha256: '2'.repeat(64), names: 1 } }] }],
    ['a missing copy', { ...input, lists: [{ ...list, copy: undefined }] }],
    ['a name', { ...input, lists: [{ ...list, name: 'b' }] }],
    ['an action', { ...input, lists: [{ ...list, action: 'allow' }] }],
    ['a format', { ...input, lists: [{ ...list, format: 'hosts' }] }],
    ['subdomains', { ...input, lists: [{ ...list, subdomains: true }] }],
    ['another list', { ...input, lists: [list, list] }],
    ['a rule that takes others away', { ...input, removals: ['||b.example^$badfilter'] }],
    ['no such rule', { ...input, removals: [] }],
    ['the hash key', { ...input, hashKey: new Uint8Array(16) }],
  ];
  for (const [what, changed] of changes) {
    test(`changes with ${what}`, () => assert.notEqual(contentIdOf(changed), contentIdOf(input)));
  }

  test('changes with the order of lists', () => {
    const other = { ...list, name: 'b' };
    assert.notEqual(contentIdOf({ ...input, lists: [list, other] }), contentIdOf({ ...input, lists: [other, list] }));
  });
});
