import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { type CommandOutcome, sotto } from '../../test/fixtures/command-line.ts';
import { assertGolden } from '../../test/fixtures/golden.ts';
import { openControlSocket, type Route } from '../control-plane/api/control-socket.ts';
import type { Explanation } from '../control-plane/explain/explanation.ts';
import { buildTable } from '../control-plane/lists/build-table.ts';
import { tablePath } from '../control-plane/lists/compiled-store.ts';
import { contentIdOf } from '../control-plane/lists/content-id.ts';
import type { RuleSink } from '../control-plane/lists/formats/line-format.ts';
import { ListReader } from '../control-plane/lists/list-reader.ts';
import { copyPath, describeCopy, writeMetadata } from '../control-plane/lists/list-store.ts';
import { loadSettings } from '../control-plane/settings/load-settings.ts';
import { explanationToText } from './explain/explanation-text.ts';

const COMPILED_AT = new Date('2026-11-20T08:15:42Z');
const LIST = '# a list\n0.0.0.0 ads.example.org\n0.0.0.0 tracker.example.net # 2\n';
const CONFIG = `state_dir = "state"
[[list]]
name = "ads"
url = "https://lists.example.org/ads"
[policy]
block_response = "null-address"
rules = ["||bad.example^", "@@||good.bad.example^"]
`;

interface Installation {
  readonly directory: string;
  readonly state: string;
  readonly config: string;
  explain(...args: string[]): Promise<CommandOutcome>;
}

/** A configuration in a directory of its own; no state yet. */
function install(t: TestContext, toml = CONFIG): Installation {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-test-explain-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const config = join(directory, 'config.toml');
  writeFileSync(config, toml);
  const explain = (...args: string[]) => sotto(t, 'explain', ...args, '--config', config);
  return { directory, state: join(directory, 'state'), config, explain };
}

const NO_SINK: RuleSink = {
  onName: () => undefined,
  onPattern: () => undefined,
  onAddress: () => undefined,
  onRemoval: () => undefined,
};

/** What a gateway that ran once leaves behind. */
async function leaveState({ config, state }: Installation): Promise<void> {
  const result = loadSettings(config);
  assert.ok(result.ok);
  const { lists } = result.settings;
  const hashKey = new Uint8Array(16).fill(7);
  mkdirSync(join(state, 'lists'), { recursive: true });
  mkdirSync(join(state, 'compiled'));
  writeFileSync(join(state, 'hash.key'), hashKey);
  const sha256 = createHash('sha256').update(LIST).digest('hex');
  const path = copyPath(state, lists[0]!);
  writeFileSync(path, LIST);
  const reader = new ListReader(lists[0]!, NO_SINK);
  reader.push(Buffer.from(LIST));
  const inspection = reader.finish();
  const content = { size: LIST.length, sha256, inspection };
  await writeMetadata(path, await describeCopy(path, lists[0]!, content, { fetchedAt: COMPILED_AT.getTime() }));
  const input = {
    hashKey,
    lists: [{ ...lists[0]!, copy: { path, sha256, names: 2 } }],
    removals: [],
  };
  const contentId = contentIdOf(input);
  writeTable(state, contentId, new Uint8Array(buildTable(input, contentId).table), COMPILED_AT);
}

function writeTable(state: string, contentId: string, octets: Uint8Array, compiledAt: Date): void {
  const path = tablePath(state, contentId);
  writeFileSync(path, octets);
  utimesSync(path, compiledAt, compiledAt);
}

/** Every file below, to see that nothing was made. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
}

async function openSocket(t: TestContext, { state }: Installation, route: Route): Promise<void> {
  mkdirSync(state, { recursive: true });
  const socket = await openControlSocket(state, { '/v1/explain': route });
  t.after(() => socket.close());
}

const PLACE = { file: '/var/lib/sotto/lists/ads.txt', number: 1234, text: '||ads.example.org^' };
const EXPLANATION: Explanation = {
  name: 'www.ads.example.org',
  type: 'A',
  action: 'block',
  reason: 'list-blocks',
  sentence: 'www.ads.example.org is blocked: the list "ads" names ads.example.org and all below it',
  client: {
    ...{ client: undefined, group: 'default', why: 'everybody whom no group names' },
    ...{ schedule: undefined, scheduleUntil: undefined, pausedUntil: undefined },
  },
  rules: [
    {
      ...{ action: 'block', isImportant: false, decides: true, whyNot: undefined, response: undefined },
      ...{ sourceName: 'ads', sourceKind: 'list', ruleText: '||ads.example.org^', place: PLACE },
    },
  ],
  hasMoreRules: false,
  reached: undefined,
  answer: { text: 'NXDOMAIN: no such name', extendedErrors: [] },
  local: undefined,
  plaintext: undefined,
  notes: [],
  isPreliminary: false,
  sourceName: 'ads',
  sourceKind: 'list',
  matchedName: 'ads.example.org',
  ruleText: '||ads.example.org^',
  response: 'nxdomain',
  line: PLACE,
};
const PLAIN = { hasColors: false, now: 0, notice: undefined };

describe('sotto explain, with a gateway', () => {
  test('tells what the gateway says about the name', async (t) => {
    const installation = install(t);
    let asked = '';
    await openSocket(t, installation, (parameters) => {
      asked = String(parameters);
      return { status: 200, body: EXPLANATION };
    });
    const { exitCode, stdout, stderr } = await installation.explain('www.ads.example.org', '--client', 'Tablet');
    assert.deepEqual([exitCode, stderr, asked], [0, '', 'name=www.ads.example.org&type=A&client=Tablet']);
    assert.equal(stdout, `${explanationToText(EXPLANATION, PLAIN)}\n`);
  });

  test('gives all that it says to programs', async (t) => {
    const installation = install(t);
    await openSocket(t, installation, () => ({ status: 200, body: EXPLANATION }));
    const { exitCode, stdout } = await installation.explain('www.ads.example.org', '--json');
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(stdout), { ...JSON.parse(JSON.stringify(EXPLANATION)), withoutGateway: null });
  });

  test('does not ask it where that is not wanted', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    await openSocket(t, installation, () => assert.fail('the gateway was asked'));
    const { exitCode, stdout } = await installation.explain('ads.example.org', '--offline');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^ads\.example\.org is blocked.*\nNo gateway is asked \(--offline\)/);
  });

  test('exits with 2 and its reason where it does not take the name', async (t) => {
    const installation = install(t);
    await openSocket(t, installation, () => ({ status: 400, error: '"a..b" is not a domain name \x1b[2J' }));
    const { exitCode, stdout, stderr } = await installation.explain('a..b');
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.equal(stderr, 'sotto: "a..b" is not a domain name \\u{1b}[2J\n');
  });

  test('exits with 1 where the socket gives something else', async (t) => {
    const installation = install(t);
    await openSocket(t, installation, () => ({ status: 200, body: { sentence: 4711 } }));
    const { exitCode, stderr } = await installation.explain('example.org');
    assert.equal(exitCode, 1);
    assert.match(stderr, /control\.sock: this is no explanation \(status 200\); does another version of sotto run/);
  });

  test('exits with 1 where the connection is cut', async (t) => {
    const installation = install(t);
    mkdirSync(installation.state);
    const server = createServer((_request, response) => response.destroy());
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(join(installation.state, 'control.sock'), resolve));
    const { exitCode, stderr } = await installation.explain('example.org');
    assert.equal(exitCode, 1);
    assert.match(stderr, /the running gateway does not answer/);
  });

  test('says who may ask where the user has no right to', async (t) => {
    const installation = install(t);
    await openSocket(t, installation, () => ({ status: 200, body: EXPLANATION }));
    const outcome = asNobody(installation);
    if (typeof outcome === 'string') {
      t.skip(outcome);
      return;
    }
    assert.equal(outcome.status, 1, outcome.stderr);
    assert.match(outcome.stderr, /control\.sock: this user may not use it; run this command as root or as the user/);
  });
});

/** The command run by a user without rights, or why that cannot be tried here. */
function asNobody({ directory, config, state }: Installation): string | { status: number | null; stderr: string } {
  const script = join(import.meta.dirname, '..', '..', 'bin', 'sotto.js');
  const command = [script, 'explain', 'example.org', '--config', config];
  if (process.getuid?.() !== 0) {
    chmodSync(state, 0);
    const outcome = spawnSync(process.execPath, command, { encoding: 'utf8' });
    chmodSync(state, 0o700);
    return outcome;
  }
  const uid = 65_534;
  try {
    execFileSync(process.execPath, ['--version'], { uid, stdio: 'ignore' });
    execFileSync('/bin/cat', [script], { uid, stdio: 'ignore' });
  } catch {
    return `the user ${uid} may not read ${dirname(script)}`;
  }
  chmodSync(directory, 0o755);
  return spawnSync(process.execPath, command, { uid, encoding: 'utf8' });
}

describe('sotto explain, without a gateway', () => {
  test('reads the table of the last run, says from when it is, and makes no file', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    const before = filesIn(installation.directory);
    const texts: string[] = [];
    for (const [name, type] of [
      ['ads.example.org', 'AAAA'],
      ['ads.example.org', 'HTTPS'],
      ['www.ads.example.org', 'A'],
      ['www.bad.example', 'A'],
      ['good.bad.example', 'A'],
    ] as const) {
      const { exitCode, stdout, stderr } = await installation.explain(name, type);
      assert.deepEqual([exitCode, stderr], [0, '']);
      texts.push(`$ sotto explain ${name} ${type}\n${stdout}`);
    }
    const text = texts.join('\n').replaceAll(installation.directory, '/DIRECTORY');
    assertGolden('cli-explain.txt', text.trimEnd());
    assert.deepEqual(filesIn(installation.directory), before);
  });

  test('says that lists have changed since, and goes by the rules as they are', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    const subdomains = CONFIG.replace('name = "ads"', 'name = "ads"\nsubdomains = true');
    writeFileSync(installation.config, subdomains.replace('||bad.example^', '||worse.example^'));
    const { exitCode, stdout } = await installation.explain('www.worse.example');
    assert.equal(exitCode, 0);
    assert.match(stdout, /compiled on 2026-11-20 08:15 UTC say; lists have changed since/);
    assert.match(stdout, /www\.worse\.example is blocked/);
    assert.match((await installation.explain('www.ads.example.org')).stdout, /www\.ads\.example\.org is allowed/);
  });

  test('passes over a damaged table, however new it is', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    writeTable(installation.state, 'f'.repeat(32), Buffer.from('damaged'), new Date());
    writeFileSync(installation.config, `${CONFIG}\n[[list]]\nname = "new"\nurl = "https://lists.example.org/new"\n`);
    const { exitCode, stdout } = await installation.explain('ads.example.org');
    assert.equal(exitCode, 0);
    assert.match(stdout, /compiled on 2026-11-20 08:15 UTC/);
  });

  test('needs no table where there are only rules', async (t) => {
    const installation = install(t, 'list = []\n[policy]\nrules = ["||bad.example^"]\n');
    const { exitCode, stdout } = await installation.explain('www.bad.example');
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^www\.bad\.example is blocked.*\nNo gateway is running .*\. This is what the rules of the configuration say\./,
    );
    assert.deepEqual(filesIn(installation.directory), ['config.toml']);
  });

  test('says how to get a table where there is none, and exits with 1', async (t) => {
    const installation = install(t);
    const nothing = await installation.explain('example.org');
    assert.deepEqual([nothing.exitCode, nothing.stdout], [1, '']);
    assert.match(
      nothing.stderr,
      /holds no compiled lists; start the gateway once \("sotto run --config .*config\.toml"\)/,
    );
    await leaveState(installation);
    rmSync(join(installation.state, 'hash.key'));
    assert.equal((await installation.explain('example.org')).exitCode, 1);
    assert.deepEqual(
      filesIn(installation.state).filter((file) => file === 'hash.key'),
      [],
    );
  });

  test('also where a gateway that died left its socket', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    const socket = join(installation.state, 'control.sock');
    const script = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['--eval', script]);
    assert.ok(filesIn(installation.state).includes('control.sock'), 'the socket is left behind');
    const { exitCode, stdout } = await installation.explain('ads.example.org');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^No gateway is running/m);
  });

  for (const [args, message] of [
    [['a..b'], /"a\.\.b" is not a domain name/],
    [['example.org', 'AAA'], /"AAA" is not a record type/],
    [['example.org', '--client', '-phone'], /--client needs a value/],
    [['example.org', '--client', 'my phone'], /--client "my phone" is neither an IP address nor a client ID/],
    [[], /NAME is missing/],
  ] as const)
    test(`"explain ${args.join(' ')}" exits with 2`, async (t) => {
      const installation = install(t);
      await leaveState(installation);
      const { exitCode, stdout, stderr } = await installation.explain(...args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, message);
    });

  test('takes an address or a client ID as --client', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    for (const client of ['2001:db8::1', 'phone'])
      assert.match(
        (await installation.explain('example.org', '--client', client)).stdout,
        new RegExp(`client +${client}`),
      );
  });
});

describe('an explanation', () => {
  const rows: readonly [Partial<Explanation>, RegExp][] = [
    [{ client: { ...EXPLANATION.client, schedule: 'always' } }, /schedule {2}always\n/],
    [
      { client: { ...EXPLANATION.client, schedule: 'night', scheduleUntil: 3_600_000 } },
      /schedule {2}night, at least until /,
    ],
    [{ isPreliminary: true }, /note {6}not all lists are here yet/],
    [{ rules: [], sourceKind: undefined }, /rules {5}no rule is about the name/],
    [
      { local: 'nxdomain', rules: [], line: { file: 'built-in defaults', number: 0, text: 'x' } },
      /line {6}built-in defaults\n {12}x$/,
    ],
    [
      { rules: [{ ...EXPLANATION.rules[0]!, place: { file: 'list.txt', number: 3, text: '\x1b[2J' } }] },
      /> block {2}list ads {2}list\.txt:3\n {6}\\u\{1b\}\[2J$/,
    ],
    [{ hasMoreRules: true }, /and more, which change nothing$/],
    [
      { reached: { wasLookedAt: true, from: 'lab', rcode: 'NXDOMAIN', places: [] } },
      /\n\nthe answer of lab has neither another name nor an address \(NXDOMAIN\)$/,
    ],
    [{ reached: { wasLookedAt: false, why: 'no answer' } }, /\n\nwhat it leads to was not looked at: no answer$/],
  ];
  for (const [part, expected] of rows) {
    test(`with ${JSON.stringify(part)} says so`, () => {
      assert.match(explanationToText({ ...EXPLANATION, ...part }, PLAIN), expected);
    });
  }

  test('is colored on a terminal, and nothing else of it differs', () => {
    const colored = explanationToText(EXPLANATION, { ...PLAIN, hasColors: true });
    assert.ok(colored.startsWith('\u001b[31mwww.ads'), colored);
    assert.equal(stripVTControlCharacters(colored), explanationToText(EXPLANATION, PLAIN));
  });
});
