import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type CommandOutcome, sotto } from '../../test/fixtures/command-line.ts';
import { openControlSocket } from '../control-plane/api/control-socket.ts';
import { type ListRouteParts, listRoutes } from '../control-plane/api/list-routes.ts';
import type { ListStatus } from '../control-plane/lists/list-status.ts';
import { ListFailure } from '../control-plane/lists/list-failure.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4);

const ADS: ListStatus = {
  name: 'ads',
  source: 'https://lists.example.org/ads',
  action: 'block',
  subdomains: false,
  refreshSeconds: 86_400,
  isInForce: true,
  isNewestInForce: true,
  copyPath: '/var/lib/sotto/lists/ads-0.txt',
  copy: { names: 12_345, faultyLines: 3, format: 'adblock', bytes: 250_000, fetchedAt: AT + 60_000, changedAt: AT },
  refreshing: false,
  comparing: false,
  receivedBytes: undefined,
  totalBytes: undefined,
  failure: undefined,
  nextTryAt: Date.now() + 5.02 * 3_600_000,
  lastTry: { number: 1, endedAt: AT + 60_000, outcome: 'unchanged' },
  held: undefined,
  report: {
    rules: {
      ...{ names: 10_000, subtrees: 2_344, below: 0, patterns: 1, addresses: 0, removals: 0 },
      ...{ exceptions: 5, important: 0, conditional: 2, responses: 0 },
    },
    skipped: [
      {
        reasonText: 'a rule for the inside of web pages',
        isFault: false,
        lines: 2,
        first: [
          { lineNumber: 7, text: 'a.example##.ad' },
          { lineNumber: 9, text: 'b.example##.ad' },
        ],
      },
    ],
    repeated: {
      rules: 4,
      first: [
        { lineNumber: 12, text: '||ads.example^' },
        { lineNumber: 31, text: '/^ad[0-9]/' },
      ],
    },
    leftOut: { rules: 2, first: [{ lineNumber: 44, text: '||many.example^' }] },
  },
};

const CHANGE = {
  ...{ rulesBefore: 12_345, rulesAfter: 12_400, added: 60, removed: 5, answered: 200, newlyBlocked: 40 },
  ...{ forAnybodyBefore: 12_345, forAnybodyAfter: 12_400, leadingBefore: 0, leadingAfter: 0, newLeading: 0 },
};
const HELD: ListStatus = {
  ...ADS,
  name: 'wild',
  held: {
    since: AT + 120_000,
    names: 12_400,
    format: 'adblock',
    reason: 'would block 40 of the 200 names answered in the last hour',
    change: CHANGE,
    examples: ['www.example.org'],
  },
};
const BROKEN: ListStatus = {
  ...ADS,
  name: 'gone',
  copy: undefined,
  isInForce: false,
  isNewestInForce: false,
  failure: 'HTTP status 404',
  report: undefined,
};

interface Gateway {
  lists(...args: string[]): Promise<CommandOutcome>;
  /** What it says of its lists, one answer after the other; the last one stays. */
  answers: (readonly ListStatus[])[];
  isCompiling: boolean[];
  failure: string | undefined;
  updated: (string | undefined)[];
  accepted: string[];
  refusal: ListFailure | undefined;
}

/** The control socket of a gateway whose list keeper the test plays. */
async function runGateway(t: TestContext, ...lists: ListStatus[]): Promise<Gateway> {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-test-lists-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'state'));
  const config = join(directory, 'config.toml');
  writeFileSync(config, 'state_dir = "state"\n');
  const gateway: Gateway = {
    lists: (...args) => sotto(t, 'lists', '--config', config, ...args),
    answers: [lists],
    isCompiling: [false],
    failure: undefined,
    updated: [],
    accepted: [],
    refusal: undefined,
  };
  const next = <Item>(items: Item[]): Item => (items.length > 1 ? items.shift()! : items[0]!);
  const isKnown = (name: string) => gateway.answers[0]!.some((list) => list.name === name);
  const keeper: ListRouteParts['lists'] = {
    status: () => [...next(gateway.answers)],
    table: () => ({
      isCompiling: next(gateway.isCompiling),
      read: undefined,
      failure: gateway.failure,
      names: 20_000,
      bytes: 800_000,
    }),
    update(name) {
      gateway.updated.push(name);
      if (name !== undefined && !isKnown(name)) return undefined;
      return lists
        .filter((list) => name === undefined || list.name === name)
        .map((list) => ({ list: list.name, number: 2 }));
    },
    async accept(name) {
      if (gateway.refusal !== undefined) throw gateway.refusal;
      if (!isKnown(name)) return 'no such list';
      if (gateway.answers[0]!.find((list) => list.name === name)?.held === undefined) return 'nothing is held back';
      gateway.accepted.push(name);
      return { since: AT + 120_000, names: 12_400 };
    },
  };
  const control = await openControlSocket(join(directory, 'state'), listRoutes({ lists: keeper }));
  t.after(() => control.close());
  return gateway;
}

describe('sotto lists', () => {
  test('alone shows how each list stands, and below it what is wrong', async (t) => {
    const gateway = await runGateway(t, ADS, HELD, BROKEN);
    const { exitCode, stdout } = await gateway.lists();
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout.split('\n'), [
      'NAME  ACTION  STATE      FORMAT    RULES    SIZE  LAST CHANGE           NEXT LOOK',
      'ads   block   in force   adblock  12,345  0.3 MB  2026-01-02 03:04 UTC  in 5 h',
      'wild  block   held back  adblock  12,345  0.3 MB  2026-01-02 03:04 UTC  in 5 h',
      '  the version of 2026-01-02 03:06 UTC is held back: it would block 40 of the 200 names answered in the last hour; sotto lists accept wild',
      'gone  block   missing                                                   in 5 h',
      '  last try: HTTP status 404',
      '',
      '20,000 names in force, 0.8 MB',
      '',
    ]);
  });

  test('with a name shows all that is known of it: what was taken, and what was left out and why', async (t) => {
    const gateway = await runGateway(t, ADS, HELD);
    const { stdout } = await gateway.lists('ads');
    assert.deepEqual(stdout.split('\n'), [
      'list         ads (block)',
      'source       https://lists.example.org/ads',
      'state        in force',
      'format       adblock',
      'rules        12,345 rules, 0.3 MB',
      'taken        10,000 about one name, 2,344 about a name and what lies below it, 1 by a pattern',
      '             among them 5 exceptions, 2 with a condition',
      'repeated     4 rules',
      '               line 12: ||ads.example^',
      '               line 31: /^ad[0-9]/',
      'left out     2 lines: a rule for the inside of web pages',
      '               line 7: a.example##.ad',
      '               line 9: b.example##.ad',
      '             2 rules for which there was no place',
      '               line 44: ||many.example^',
      'last change  2026-01-02 03:04 UTC',
      'confirmed    2026-01-02 03:05 UTC',
      'last try     2026-01-02 03:05 UTC: unchanged',
      'next look    in 5 h',
      'copy         /var/lib/sotto/lists/ads-0.txt',
      '',
    ]);
  });

  test('of one that is held back says what it would change', async (t) => {
    const gateway = await runGateway(t, ADS, HELD);
    const { stdout } = await gateway.lists('--verbose');
    assert.match(stdout, /^list {9}wild/m);
    assert.match(stdout, /12,400 different rules instead of 12,345: 60 added, 5 removed/);
    assert.match(stdout, /of 200 names answered in the hour before, 40 would be blocked/);
    assert.match(stdout, /such as www\.example\.org/);
    assert.match(stdout, /to put it in force: sotto lists accept wild/);
  });

  test('--json gives programs the same', async (t) => {
    const gateway = await runGateway(t, ADS, HELD);
    const all: unknown = JSON.parse((await gateway.lists('--json')).stdout);
    assert.deepEqual(
      all,
      JSON.parse(JSON.stringify({ table: { isCompiling: false, names: 20_000, bytes: 800_000 }, lists: [ADS, HELD] })),
    );
    assert.deepEqual(JSON.parse((await gateway.lists('wild', '--json')).stdout).lists.length, 1);
  });

  test('text of strangers moves no cursor', async (t) => {
    const gateway = await runGateway(t, { ...BROKEN, failure: 'HTTP status \u001b[2J' });
    assert.ok(!(await gateway.lists()).stdout.includes('\u001b'));
    assert.ok(!(await gateway.lists('gone')).stdout.includes('\u001b'));
  });

  test('update shows what becomes of every list until it is in force', async (t) => {
    const gateway = await runGateway(t, ADS, HELD, BROKEN);
    const first = { number: 2, endedAt: AT };
    gateway.answers = [
      [{ ...ADS, refreshing: true }, HELD, BROKEN],
      [
        { ...ADS, lastTry: { ...first, outcome: 'changed' } },
        { ...HELD, lastTry: { ...first, outcome: 'unchanged' } },
        { ...BROKEN, lastTry: { ...first, outcome: 'failed' } },
      ],
    ];
    gateway.isCompiling = [false, true, false];
    const { exitCode, stdout } = await gateway.lists('update');
    assert.equal(exitCode, 1);
    assert.deepEqual(gateway.updated, [undefined]);
    assert.deepEqual(stdout.split('\n'), [
      'ads: a new version, 12,345 rules',
      'wild: unchanged; the version that is held back is still the newest',
      'gone: HTTP status 404',
      'in force: 20,000 names',
      '',
    ]);
  });

  test('update of a list that gets a version that is held back says why, and is no success', async (t) => {
    const gateway = await runGateway(t, HELD);
    gateway.answers = [[{ ...HELD, lastTry: { number: 3, endedAt: AT, outcome: 'held-back' } }]];
    const { exitCode, stdout } = await gateway.lists('update', 'wild');
    assert.equal(exitCode, 1);
    assert.deepEqual(gateway.updated, ['wild']);
    assert.match(stdout, /^wild: a new version, which is held back: it would block 40 of the 200 names/);
  });

  test('update waits for a later try than the last one', async (t) => {
    const gateway = await runGateway(t, ADS);
    gateway.answers = [[ADS], [ADS], [{ ...ADS, lastTry: { number: 2, endedAt: AT, outcome: 'unchanged' } }]];
    assert.deepEqual((await gateway.lists('update')).stdout, 'ads: unchanged\nin force: 20,000 names\n');
  });

  test('accept puts a version in force, or says that there is none or why it cannot', async (t) => {
    const gateway = await runGateway(t, ADS, HELD);
    const { exitCode, stdout } = await gateway.lists('accept', 'wild');
    assert.deepEqual(
      [exitCode, stdout],
      [0, 'wild: accepted the version of 2026-01-02 03:06 UTC, 12,400 rules\nin force: 20,000 names\n'],
    );
    assert.deepEqual(gateway.accepted, ['wild']);
    const nothing = await gateway.lists('accept', 'ads');
    assert.deepEqual([nothing.exitCode, nothing.stderr], [2, 'sotto: no version of the list "ads" is held back\n']);
    gateway.refusal = new ListFailure('disk', 'the disk is full');
    assert.match((await gateway.lists('accept', 'wild')).stderr, /list "wild": the disk is full/);
  });

  test('a list whose newest version is not in the table yet, and one that is nowhere yet, are not called in force', async (t) => {
    const behind = { ...ADS, isNewestInForce: false };
    const gateway = await runGateway(t, behind, { ...behind, name: 'first', isInForce: false });
    const { stdout } = await gateway.lists();
    assert.match(stdout, /^ads +block +compiling /m);
    assert.match(stdout, /^first +block +compiling /m);
  });

  test('says where the table could not be made', async (t) => {
    const gateway = await runGateway(t, ADS);
    gateway.failure = 'the helper process ended early: out of memory';
    assert.match((await gateway.lists()).stdout, /the table could not be made anew: the helper process ended early/);
    gateway.answers = [[{ ...ADS, lastTry: { number: 2, endedAt: AT, outcome: 'changed' } }]];
    const { exitCode, stdout } = await gateway.lists('update');
    assert.equal(exitCode, 1);
    assert.match(stdout, /the table that was in force stays: the helper/);
  });

  for (const [args, says] of [
    [['none'], /there is no list "none"; there are: ads/],
    [['update', 'none'], /there is no list "none"; there are: ads/],
    [['accept'], /NAME is missing/],
    [['accept', 'none'], /there is no list "none"/],
    [['ads', 'more'], /"more" is one word too many/],
    [['update', '--json'], /belong to the state of lists/],
    [['--', 'update'], /there is no list "update"/],
    [['--verbos'], /did you mean --verbose/],
  ] as const) {
    test(`"${args.join(' ')}" is wrong usage`, async (t) => {
      const gateway = await runGateway(t, ADS);
      const { exitCode, stderr } = await gateway.lists(...args);
      assert.equal(exitCode, 2);
      assert.match(stderr, says);
      assert.deepEqual(gateway.accepted, []);
    });
  }

  test('where no gateway runs, it says so', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'sotto-test-lists-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const config = join(directory, 'config.toml');
    writeFileSync(config, 'state_dir = "state"\n');
    const { exitCode, stderr } = await sotto(t, 'lists', '--config', config);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^sotto: no gateway is running \(nobody listens on .*control\.sock\)/);
  });

  test('--help teaches updating and accepting', async (t) => {
    const { stdout } = await sotto(t, 'lists', '--help');
    assert.match(stdout, /sotto lists update \[NAME\]/);
    assert.match(stdout, /sotto lists accept NAME/);
  });
});
