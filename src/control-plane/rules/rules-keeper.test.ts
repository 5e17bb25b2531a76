import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { sourcesNaming } from '../../../test/fixtures/lists/sources-naming.ts';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import { TIER } from '../../memory/block-table/rule-model.ts';
import { wireName } from '../../../test/fixtures/lists/wire-names.ts';
import { ALLOW } from '../../../test/fixtures/policy.ts';
import type { FilterRule } from '../../policy/rule-syntax/filter-rule.ts';
import { parseRule } from '../../policy/rule.ts';
import { addingOwnRules } from './add-own-rules.ts';
import type { RuleSupply } from './build-rules-table.ts';
import { RulesKeeper } from './rules-keeper.ts';

const HASH_KEY = new Uint8Array(16).fill(6);

describe('the table of rules', { timeout: 60_000 }, () => {
  const directory = temporaryDirectory();
  after(() => directory.remove());
  let count = 0;

  interface Kept {
    readonly keeper: RulesKeeper;
    readonly path: string;
    readonly log: string[];
    /** The next table that is published. */
    next(): Promise<SharedArrayBuffer>;
    /** The next line of the log. */
    nextLine(): Promise<string>;
  }

  /** `text`: of the rules file; undefined: it is not there. */
  function keep(
    t: TestContext,
    rules: readonly string[],
    text: string | undefined,
    groupSupplies: readonly RuleSupply[] = [],
  ): Kept {
    const path = join(directory.path, `rules-${count++}.txt`);
    if (text !== undefined) writeFileSync(path, text);
    const log: string[] = [];
    let waiting: ((table: SharedArrayBuffer) => void) | undefined;
    let listening: ((line: string) => void) | undefined;
    const keeper = new RulesKeeper({
      settings: {
        ...{ configFile: '/etc/sotto/config.toml', rulesFile: path },
        rules: rules.map((rule, index) => ({ text: rule, line: index + 1 })),
      },
      hashKey: HASH_KEY,
      groupSupplies,
      log: (level, message) => {
        if (level !== 'debug') log.push(`${level}: ${message}`);
        listening?.(`${level}: ${message}`);
      },
    });
    keeper.start(async (table) => waiting?.(table));
    t.after(() => keeper.stop());
    return {
      ...{ keeper, path, log },
      next: () =>
        new Promise((resolve) => {
          waiting = resolve;
        }),
      nextLine: () =>
        new Promise((resolve) => {
          listening = resolve;
        }),
    };
  }

  test('has the rules of the configuration and of the file from the beginning, each under its name', (t) => {
    const { keeper } = keep(t, ['||a.example^', '@@||both.example^'], '||b.example^\n||both.example^\n');
    const { table } = keeper;
    assert.deepEqual(new BlockTable(table, true).sources, [
      { name: 'rules', kind: 'rules', tier: TIER.OWN_RULES },
      { name: 'rules file', kind: 'rules', tier: TIER.OWN_RULES },
    ]);
    assert.deepEqual(sourcesNaming(table, 'x.a.example'), ['rules']);
    assert.deepEqual(sourcesNaming(table, 'b.example'), ['rules file']);
    assert.deepEqual(sourcesNaming(table, 'both.example'), ['@@rules', 'rules file']);
    assert.deepEqual(sourcesNaming(table, 'c.example'), []);
  });

  test('has patterns, addresses, and records that several rules give to one name', (t) => {
    const { keeper } = keep(
      t,
      ['/^ad[0-9]+\\./', '||192.0.2.0/24^'],
      '||x.example^$dnsrewrite=192.0.2.1\n||x.example^$dnsrewrite=192.0.2.2\n',
    );
    const table = new BlockTable(keeper.table, true);
    assert.deepEqual(
      table.patterns.map(({ text }) => text),
      ['^ad[0-9]+\\.'],
    );
    const address = new Uint8Array(16).fill(0xff, 10, 12);
    address.set([192, 0, 2, 77], 12);
    assert.notEqual(table.addressSet(address), 0);
    const [response] = table.responses.slice(1);
    assert.ok(response?.kind === 'records');
    assert.deepEqual(
      response.records.map(({ rdataHex }) => rdataHex),
      ['c0000201', 'c0000202'],
    );
  });

  test('follows the file, however it changes', async (t) => {
    const { next, nextLine, path, log } = keep(t, [], '||a.example^\n');
    let table = next();
    let line = nextLine();
    writeFileSync(path, '||b.example^\n');
    assert.deepEqual(sourcesNaming(await table, 'b.example'), ['rules file']);
    assert.equal(await line, `info: ${path}: 1 rule in force`);
    table = next();
    line = nextLine();
    writeFileSync(`${path}.new`, '||c.example^\n||d.example^\n');
    renameSync(`${path}.new`, path);
    assert.deepEqual(sourcesNaming(await table, 'c.example'), ['rules file']);
    assert.deepEqual(sourcesNaming(await table, 'b.example'), []);
    assert.equal(await line, `info: ${path}: 2 rules in force`);
    assert.equal(log.length, 2);
  });

  test('takes what is right of a file and names the rest with its line, once', async (t) => {
    const { keeper, next, path, log } = keep(t, [], '||a.example^\n||b.example^$nonsense\n');
    assert.deepEqual(sourcesNaming(keeper.table, 'a.example'), ['rules file']);
    assert.equal(log.length, 1);
    assert.ok(log[0]!.startsWith(`warn: ${path}:2: "||b.example^$nonsense": an option that is not known`));
    assert.match(log[0]!, /; besides, 1 rule could be read$/);
    const table = next();
    writeFileSync(path, '||c.example^\n||b.example^$nonsense\n||d.example^\n');
    await table;
    assert.equal(log.filter((line) => line.includes('nonsense')).length, 2);
    const same = next();
    writeFileSync(path, '||e.example^\n||b.example^$nonsense\n||f.example^\n');
    await same;
    assert.equal(log.filter((line) => line.includes('nonsense')).length, 2);
  });

  test('keeps what the file said when it goes or turns into something else, says so once, and takes up its next content', async (t) => {
    const { keeper, next, nextLine, path, log } = keep(t, [], '||a.example^\n');
    let line = nextLine();
    rmSync(path);
    assert.equal(await line, `warn: ${path} is not there; the rules that were read last stay in force`);
    line = nextLine();
    mkdirSync(path);
    assert.match(await line, /is not a file; the rules that were read last stay in force$/);
    assert.deepEqual(sourcesNaming(keeper.table, 'a.example'), ['rules file']);
    const table = next();
    rmSync(path, { recursive: true });
    writeFileSync(path, '||b.example^\n');
    assert.deepEqual(sourcesNaming(await table, 'b.example'), ['rules file']);
    assert.equal(log.filter((told) => told.includes('is not there')).length, 1);
  });

  for (const [what, text] of [
    ['a web page', '<!doctype html><title>Sign in</title><p>Please sign in</p>\n'],
    ['more faults than rules', '||b.example^\n<p>\n<p>\n'],
  ] as const)
    test(`keeps its rules when the file becomes ${what}, and through what follows`, async (t) => {
      const { keeper, next, nextLine, path } = keep(t, [], '||a.example^\n');
      let line = nextLine();
      writeFileSync(path, text);
      assert.match(await line, /most lines are no rules, so the rules that were read last stay in force$/);
      line = nextLine();
      rmSync(path);
      assert.match(await line, /is not there; the rules that were read last stay in force$/);
      assert.deepEqual(sourcesNaming(keeper.table, 'a.example'), ['rules file']);
      assert.deepEqual(sourcesNaming(keeper.table, 'b.example'), []);
      const table = next();
      writeFileSync(path, '||c.example^\n<p>\n');
      assert.deepEqual(sourcesNaming(await table, 'c.example'), ['rules file']);
    });

  test('keeps its rules while the file is empty for a moment, and has none once it stays so', async (t) => {
    const { keeper, next, nextLine, path, log } = keep(t, [], '||a.example^\n');
    let line = nextLine();
    writeFileSync(path, '');
    assert.match(await line, /^debug: .* is empty; its rules stay in force unless it stays so$/);
    assert.deepEqual(sourcesNaming(keeper.table, 'a.example'), ['rules file']);
    const first = next();
    writeFileSync(path, '||a.example^\n||b.example^\n');
    assert.deepEqual(sourcesNaming(await first, 'a.example'), ['rules file']);
    line = nextLine();
    assert.match(await line, /2 rules in force$/);
    const second = next();
    writeFileSync(path, '\n');
    const emptied = await second;
    assert.deepEqual(sourcesNaming(emptied, 'a.example'), []);
    assert.equal(log.filter((told) => told.includes('0 rules')).length, 0);
  });

  test('begins without a file that is not there yet, says so, and takes it up when it comes', async (t) => {
    const { keeper, next, path, log } = keep(t, ['||a.example^'], undefined);
    assert.deepEqual(log, [`warn: ${path} is not there; no rules come from it`]);
    assert.deepEqual(sourcesNaming(keeper.table, 'a.example'), ['rules']);
    const table = next();
    writeFileSync(path, '||b.example^\n');
    assert.deepEqual(sourcesNaming(await table, 'b.example'), ['rules file']);
  });

  test('takes up what was written after it had read the file and before it followed it', async (t) => {
    const path = join(directory.path, 'early.txt');
    writeFileSync(path, '||a.example^\n');
    const settings = { rules: [], rulesFile: path, configFile: undefined };
    const keeper = new RulesKeeper({ settings, hashKey: HASH_KEY, groupSupplies: [], log: () => undefined });
    t.after(() => keeper.stop());
    writeFileSync(path, '||b.example^\n||c.example^\n');
    const table = new Promise<SharedArrayBuffer>((resolve) => {
      keeper.start(async (published) => resolve(published));
    });
    assert.deepEqual(sourcesNaming(await table, 'b.example'), ['rules file']);
  });

  test('says once which rules find no place, with their line and why, and has the others', async (t) => {
    const many = Array.from({ length: 70 }, (_, index) => `||many.example^$client=192.0.2.${index}`);
    const { keeper, next, nextLine, path, log } = keep(t, many, `${many.slice(0, 66).join('\n')}\n||a.example^\n`);
    assert.deepEqual(sourcesNaming(keeper.table, 'a.example'), ['rules file']);
    assert.equal(log.length, 1);
    const said = 'speak of this very name already';
    assert.ok(
      log[0]!.startsWith(
        'warn: rules that are left out: /etc/sotto/config.toml:65: "||many.example^$client=192.0.2.64": 64 rules',
      ),
    );
    assert.equal(log[0]!.split(said).length - 1, 8);
    assert.ok(log[0]!.includes(`${path}:66: "||many.example^$client=192.0.2.65": 64 rules`));
    const table = next();
    const inForce = nextLine();
    writeFileSync(path, `${many.slice(0, 66).join('\n')}\n||b.example^\n`);
    await table;
    await inForce;
    assert.equal(log.filter((line) => line.includes(said)).length, 1);
    assert.equal(log.at(-1), `info: ${path}: 65 rules in force`);
  });

  test('says of a rule of a group that finds no place where it is written', (t) => {
    const rules = Array.from({ length: 65 }, (_, index) => {
      const text = `||many.example^$client=192.0.2.${index}`;
      return { text, line: 7, rule: parseRule(text) as FilterRule };
    });
    const supply: RuleSupply = {
      source: { name: 'children', kind: 'group-rules', tier: TIER.GROUP_RULES },
      count: rules.length,
      addTo: (builder, index, patterns) => addingOwnRules(builder, index, rules, patterns),
    };
    const { log } = keep(t, [], '', [supply]);
    assert.match(log.join(), /^warn: rules that are left out: \/etc\/sotto\/config\.toml:7: "\|\|many\.example/);
  });

  test('says which rules about an address find no place behind too many others', (t) => {
    const many = Array.from({ length: 72 }, (_, index) => `192.0.2.1$client=198.51.100.${index}`);
    const rules = many.slice(0, 65).map((text) => ({ text, line: 7, rule: parseRule(text) as FilterRule }));
    const supply: RuleSupply = {
      source: { name: 'children', kind: 'group-rules', tier: TIER.GROUP_RULES },
      ...{ count: rules.length, rules },
      addTo: (builder, index, patterns) => addingOwnRules(builder, index, rules, patterns),
    };
    const { log, path } = keep(t, ['192.0.2.1'], many.join('\n'), [supply]);
    assert.equal(log.length, 1);
    const why = 'too many rules of the same place are about some of its addresses already';
    assert.ok(log[0]!.includes(`${path}:65: "192.0.2.1$client=198.51.100.64": ${why}; `), log.join());
    assert.ok(log[0]!.includes(`"192.0.2.1$client=198.51.100.68": ${why}; and 3 more`), log.join());
    assert.match(log[0]!, /config\.toml:7: "192\.0\.2\.1\$client=/);
  });

  test('lets others have their turn while it takes up a long file', async (t) => {
    const path = join(directory.path, 'long.txt');
    writeFileSync(path, '');
    let turns = 0;
    const turn = (): void => {
      turns++;
      waiting = setImmediate(turn);
    };
    let waiting = setImmediate(turn);
    t.after(() => clearImmediate(waiting));
    // The fault is told between reading the file and building the table.
    const toldAt: number[] = [];
    const settings = { rules: [], rulesFile: path, configFile: undefined };
    const keeper = new RulesKeeper({ settings, hashKey: HASH_KEY, groupSupplies: [], log: () => toldAt.push(turns) });
    t.after(() => keeper.stop());
    const names = Array.from({ length: 20_000 }, (_, index) => `||name${index}.example^\n`).join('');
    await new Promise<void>((resolve) => {
      keeper.start(async () => {
        toldAt.push(turns);
        resolve();
      });
      writeFileSync(path, `a fault\n${names}`);
    });
    assert.equal(toldAt.length, 2);
    assert.ok(toldAt[1]! - toldAt[0]! >= 50, `${toldAt}`);
  });

  test('takes records back that one of several rules gives to a name', (t) => {
    const rewrite = '||x.example^$dnsrewrite=192.0.2';
    const { keeper } = keep(t, [`${rewrite}.1`, `${rewrite}.2`, `${rewrite}.1,badfilter`], '');
    const [response] = new BlockTable(keeper.table, true).responses.slice(1);
    assert.ok(response?.kind === 'records');
    assert.deepEqual(
      response.records.map(({ rdataHex }) => rdataHex),
      ['c0000202'],
    );
  });

  test('tells which rules take rules of lists away', async (t) => {
    const { keeper, next, path } = keep(t, ['||a.example^$badfilter', '||b.example^'], '||c.example^$badfilter\n');
    assert.deepEqual(keeper.removals, ['||a.example^$badfilter', '||c.example^$badfilter']);
    const table = next();
    writeFileSync(path, '||d.example^\n');
    await table;
    assert.deepEqual(keeper.removals, ['||a.example^$badfilter']);
  });

  test('has what groups bring behind the own rules', () => {
    const source = { name: 'children', kind: 'group-rules', tier: TIER.GROUP_RULES } as const;
    const name = wireName('fine.example');
    const supply: RuleSupply = {
      source,
      count: 1,
      *addTo(builder, index) {
        assert.ok(builder.add(index, name, name.length, 1, ALLOW));
        yield;
        return undefined;
      },
    };
    const keeper = new RulesKeeper({
      settings: { rules: [{ text: '||fine.example^', line: 1 }], rulesFile: undefined, configFile: undefined },
      hashKey: HASH_KEY,
      groupSupplies: [supply],
      log: () => assert.fail('there is nothing to say'),
    });
    assert.deepEqual(sourcesNaming(keeper.table, 'fine.example'), ['@@children', 'rules']);
  });
});
