import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type CommandOutcome, sotto } from '../../test/fixtures/command-line.ts';
import { assertGolden } from '../../test/fixtures/golden.ts';
import { openControlSocket, type Route } from '../control-plane/api/control-socket.ts';
import type { Explanation } from '../control-plane/explain/explain-name.ts';
import { buildTable } from '../control-plane/lists/build-table.ts';
import { tablePath } from '../control-plane/lists/compiled-store.ts';
import { contentIdOf } from '../control-plane/lists/content-id.ts';
import { copyPath, describeCopy, writeMetadata } from '../control-plane/lists/list-store.ts';
import { loadSettings } from '../control-plane/settings/load-settings.ts';
import { TYPE } from '../wire/numbers.ts';
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

/** What a gateway that ran once leaves behind. */
async function leaveState({ config, state }: Installation): Promise<void> {
  const result = loadSettings(config);
  assert.ok(result.ok);
  const { lists, rules } = result.settings;
  const hashKey = new Uint8Array(16).fill(7);
  mkdirSync(join(state, 'lists'), { recursive: true });
  mkdirSync(join(state, 'compiled'));
  writeFileSync(join(state, 'hash.key'), hashKey);
  const sha256 = createHash('sha256').update(LIST).digest('hex');
  const path = copyPath(state, lists[0]!);
  writeFileSync(path, LIST);
  const inspection = { format: 'hosts', names: 2, faultyLines: 0, firstFaults: [], refusal: undefined } as const;
  const content = { size: LIST.length, sha256, inspection };
  await writeMetadata(path, await describeCopy(path, lists[0]!, content, { fetchedAt: COMPILED_AT.getTime() }));
  const input = {
    hashKey,
    lists: [{ ...lists[0]!, copy: { path, sha256, names: 2 } }],
    rules: rules.map(({ text }) => text),
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

const EXPLANATION: Explanation = {
  name: 'www.ads.example.org',
  action: 'block',
  local: undefined,
  plaintext: undefined,
  notes: [],
  isPreliminary: false,
  reason: 'list-blocks',
  sourceName: 'ads',
  sourceKind: 'list',
  matchedName: 'ads.example.org',
  sentence: 'www.ads.example.org is blocked: the list "ads" names ads.example.org and all below it',
  response: 'nxdomain',
  line: { file: '/var/lib/sotto/lists/ads.txt', number: 1234, text: '||ads.example.org^' },
};

describe('sotto explain, with a gateway', () => {
  test('tells what the gateway says about the name', async (t) => {
    const installation = install(t);
    let asked: string | null = '';
    await openSocket(t, installation, (parameters) => {
      asked = parameters.get('name');
      return { status: 200, body: EXPLANATION };
    });
    const { exitCode, stdout, stderr } = await installation.explain('www.ads.example.org');
    assert.deepEqual([exitCode, stderr, asked], [0, '', 'www.ads.example.org']);
    assert.equal(stdout, `${explanationToText(EXPLANATION, TYPE.A)}\n`);
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

  test('says that lists or rules have changed since', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    writeFileSync(installation.config, CONFIG.replace('||bad.example^', '||worse.example^'));
    const { exitCode, stdout } = await installation.explain('www.bad.example');
    assert.equal(exitCode, 0);
    assert.match(stdout, /compiled on 2026-11-20 08:15 UTC say; lists or rules have changed since/);
    assert.match(stdout, /www\.bad\.example is blocked/);
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
      /No gateway is running .*\. What the rules of the configuration say:\nwww\.bad\.example is blocked/,
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
    assert.match(stdout, /^No gateway is running/);
  });

  for (const [args, message] of [
    [['a..b'], /"a\.\.b" is not a domain name/],
    [['example.org', 'AAA'], /"AAA" is not a record type/],
    [['example.org', '--client', 'phone'], /--client "phone" is not an IP address/],
    [[], /NAME is missing/],
  ] as const)
    test(`"explain ${args.join(' ')}" exits with 2`, async (t) => {
      const installation = install(t);
      await leaveState(installation);
      const { exitCode, stdout, stderr } = await installation.explain(...args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, message);
    });

  test('takes an address as --client', async (t) => {
    const installation = install(t);
    await leaveState(installation);
    assert.equal((await installation.explain('example.org', '--client', '2001:db8::1')).exitCode, 0);
  });
});

describe('an explanation', () => {
  const rows: readonly [Partial<Explanation>, number, RegExp][] = [
    [{ response: 'nodata' }, TYPE.A, /answer {2}NOERROR without records\n/],
    [{ response: 'null-address' }, TYPE.A, /answer {2}0\.0\.0\.0\n/],
    [{ response: 'null-address' }, TYPE.AAAA, /answer {2}::\n/],
    [{ response: 'null-address' }, TYPE.TXT, /answer {2}NOERROR without records\n/],
    [{ response: 'address' }, TYPE.A, /answer {2}the address given as policy\.block_response\n/],
    [{ response: 'refused' }, TYPE.A, /answer {2}REFUSED\n/],
    [{ response: 'drop' }, TYPE.A, /answer {2}none: the question is dropped\n/],
    [{ action: 'not-ready', response: undefined }, TYPE.A, /answer {2}SERVFAIL until the lists have arrived\n/],
    [{ action: 'allow', response: undefined }, TYPE.A, /answer {2}the upstream's/],
    [{ isPreliminary: true }, TYPE.A, /note {4}not all lists are here yet/],
    [{ line: { file: 'built-in defaults', number: 0, text: 'x' } }, TYPE.A, /line {4}built-in defaults\n {10}x$/],
    [{ line: { file: 'list.txt', number: 3, text: '\x1b[2J' } }, TYPE.A, /line {4}list\.txt:3\n {10}\\u\{1b\}\[2J$/],
  ];
  for (const [part, type, expected] of rows) {
    test(`with ${JSON.stringify(part)} for type ${type} says so`, () => {
      assert.match(explanationToText({ ...EXPLANATION, ...part }, type), expected);
    });
  }
});
