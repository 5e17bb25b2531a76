import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { OperatorError } from '../../errors.ts';
import { formatFault, loadSettings, readSettings, type SettingsEnvironment } from './load-settings.ts';
import { DNS_PROVIDER_SHAPE } from './tables/dns-provider-table.ts';

const PROJECT_ROOT = resolve(import.meta.dirname, '../../..');
const ENVIRONMENT: SettingsEnvironment = {
  workingDirectory: '/srv/sotto',
  cores: 4,
  hostName: 'gateway',
  platform: 'linux',
  localAddresses: [],
};

const directory = mkdtempSync(join(tmpdir(), 'sotto-settings-'));
after(() => rmSync(directory, { recursive: true }));

function settingsOf(toml: string, environment: SettingsEnvironment = ENVIRONMENT) {
  const result = readSettings(toml, '/etc/sotto/config.toml', environment);
  assert.ok(result.ok, result.ok ? '' : result.faults.map((fault) => formatFault('config.toml', fault)).join('\n'));
  return result;
}

describe('without a file', () => {
  const result = loadSettings(undefined, ENVIRONMENT);
  assert.ok(result.ok);
  const { settings } = result;

  test('only loopback is listened on, and a machine without ::1 is served too', () => {
    const both = (port: number) => [
      { address: '127.0.0.1', port, optional: false },
      { address: '::1', port, optional: true },
    ];
    assert.deepEqual(settings.listen.dns, both(5300));
    assert.deepEqual(settings.listen.dot, both(8853));
    assert.deepEqual(settings.listen.doh, both(8443));
  });

  test('Quad9 is asked at its own addresses, with a limit', () => {
    assert.deepEqual(settings.upstreams, [
      {
        name: 'dns.quad9.net',
        url: 'https://dns.quad9.net/dns-query',
        addresses: ['9.9.9.9', '149.112.112.112', '2620:fe::fe', '2620:fe::9'],
        caPem: undefined,
        maxQueriesPerSecond: 300,
        blockSignal: true,
      },
    ]);
  });

  test('the two lists block, fetched daily', () => {
    assert.deepEqual(
      settings.lists.map(({ name, action, refreshSeconds }) => [name, action, refreshSeconds]),
      [
        ['stevenblack', 'block', 86_400],
        ['hagezi-pro', 'block', 86_400],
      ],
    );
  });

  test('the local CA certifies this machine', () => {
    const names = ['localhost', '127.0.0.1', '::1', 'gateway'];
    assert.deepEqual(settings.certificates, [{ names, source: { kind: 'local-ca' } }]);
  });

  test('a host name that no certificate can name is left out', () => {
    const odd = loadSettings(undefined, { ...ENVIRONMENT, hostName: 'my_machine' });
    assert.ok(odd.ok);
    assert.deepEqual(odd.settings.certificates[0]?.names, ['localhost', '127.0.0.1', '::1']);
  });

  test('paths lie in the working directory, threads are the cores, nothing is to be noticed', () => {
    assert.equal(settings.configFile, undefined);
    assert.equal(settings.stateDirectory, '/srv/sotto/state');
    assert.equal(settings.certificateDirectory, '/srv/sotto/certs');
    assert.deepEqual(settings.server, { threads: 4, user: undefined, cookies: 'answer' });
    assert.deepEqual(result.notices, []);
  });
});

describe('a file', () => {
  test('takes the built-in defaults for whatever it does not mention', () => {
    const builtIn = loadSettings(undefined, ENVIRONMENT);
    const { settings } = settingsOf('[server]\nthreads = 2');
    assert.ok(builtIn.ok);
    assert.deepEqual(
      { ...settings, configFile: undefined, stateDirectory: '', certificateDirectory: '', server: {} },
      { ...builtIn.settings, configFile: undefined, stateDirectory: '', certificateDirectory: '', server: {} },
    );
    assert.equal(settings.server.threads, 2);
  });

  test('has no lists where it says so, and in allowlist mode unless it names some', () => {
    assert.deepEqual(settingsOf('list = []').settings.lists, []);
    assert.deepEqual(settingsOf('[policy]\nmode = "allowlist"').settings.lists, []);
  });

  test('anchors relative paths where it stands', () => {
    const file = join(directory, 'config.toml');
    mkdirSync(join(directory, 'lists'));
    writeFileSync(join(directory, 'lists', 'mine.txt'), 'ads.example\n');
    writeFileSync(file, 'state_dir = "../state"\n[[list]]\nname = "mine"\nfile = "lists/mine.txt"\n');
    const result = loadSettings('config.toml', { ...ENVIRONMENT, workingDirectory: directory });
    assert.ok(result.ok);
    assert.equal(result.settings.configFile, file);
    assert.equal(result.settings.stateDirectory, resolve(directory, '../state'));
    assert.deepEqual(result.settings.lists[0]?.source, { kind: 'file', path: join(directory, 'lists/mine.txt') });
  });

  test('that cannot be read is an operator error naming it', () => {
    for (const [file, reason] of [
      [join(directory, 'none.toml'), 'there is no such file'],
      [directory, 'it is a directory'],
    ] as const)
      assert.throws(
        () => loadSettings(file, ENVIRONMENT),
        (error) =>
          error instanceof OperatorError &&
          error.code === 'CONFIG_UNREADABLE' &&
          error.message.startsWith(`${file}: `) &&
          error.message.includes(reason),
      );
  });

  test('that is no UTF-8, or larger than 10MB, is a fault', () => {
    const file = join(directory, 'odd.toml');
    for (const [content, reason] of [
      [Uint8Array.of(0x61, 0xff), /not UTF-8/],
      [new Uint8Array(10_000_001).fill(0x23), /larger than 10MB/],
    ] as const) {
      writeFileSync(file, content);
      const result = loadSettings(file, ENVIRONMENT);
      assert.ok(!result.ok);
      assert.match(result.faults[0]!.message, reason);
    }
  });
});

describe('TOML that is none', () => {
  for (const [toml, line, hint] of [
    ['a = 1\na = 2', 2, 'stands here a second time'],
    ['[listen]\ndns = 127.0.0.1:53', 2, 'text goes in quotes'],
    ['\n\nuser = sotto', 3, 'text goes in quotes'],
    ['x = "a\ny = 1', 1, 'closing quote is missing'],
    ['file = "C:\\lists"', 1, 'in single quotes'],
    ['a = 1 b = 2', 1, 'one key = value a line'],
    ['a = [1 2]', 1, 'separated by commas'],
    [`a = ${'['.repeat(100_000)}`, 1, 'nested'],
  ] as const)
    test(`is a fault in line ${line}: ${hint}`, () => {
      const result = readSettings(toml, '/config.toml', ENVIRONMENT);
      assert.ok(!result.ok);
      assert.equal(result.faults.length, 1);
      assert.equal(result.faults[0]!.line, line);
      assert.ok(result.faults[0]!.message.includes(hint), result.faults[0]!.message);
    });
});

describe('config.example.toml', () => {
  const text = readFileSync(join(PROJECT_ROOT, 'config.example.toml'), 'utf8');

  test('is a home gateway without fault or doubt', () => {
    const { settings, notices } = settingsOf(text);
    assert.deepEqual(notices, []);
    assert.deepEqual(
      [settings.listen.dns, settings.listen.dot, settings.listen.doh].map((addresses) => addresses[0]?.port),
      [53, 853, 443],
    );
    assert.deepEqual(
      settings.lists.map(({ name }) => name),
      ['stevenblack', 'hagezi-pro'],
    );
  });

  test('shows every key there is', () => {
    const keysOf = (toml: string) => {
      const result = readSettings(toml, '/c', ENVIRONMENT);
      assert.ok(!result.ok);
      const unknown = result.faults.find(({ message }) => message.startsWith('unknown key'))!;
      return unknown.message.split(': ')[1]!.split(', ');
    };
    const tables = [
      ...['server', 'listen', 'access', '[upstream]', 'cache', '[list]', 'policy', '[group]', '[schedule]'],
      '[certificate]',
    ];
    for (const table of tables)
      for (const key of keysOf(`[${table}]\nx = 1`))
        assert.match(text, new RegExp(`^(# )?(${key} = |\\[\\[\\w+\\.${key}\\]\\])`, 'm'), `${table} ${key}`);
  });

  test('shows values that are allowed, also where they are commented out', () => {
    const values = { threads: 'server', user: 'server', acme_http: 'listen', max_queries_per_second: '[upstream]' };
    for (const [key, table] of Object.entries(values)) {
      const line = new RegExp(`^# (${key} = .*)$`, 'm').exec(text)![1]!;
      const preset = table === '[upstream]' ? 'preset = "quad9"\n' : '';
      settingsOf(`[${table}]\n${preset}${line}`);
    }
    const acme = text.slice(text.indexOf('# source = "acme"'));
    const lines = [...acme.matchAll(/^# (\w+ = .*)$/gm)].map((match) => match[1]!);
    // Files that are not there.
    const plain = lines.filter((line) => !/^dns = |_file = |^directory_ca = /.test(line));
    const certificate = '[[certificate]]\nnames = ["dns.example.org"]';
    settingsOf(`${certificate}\n${plain.join('\n')}`.replace('"letsencrypt"', '"letsencrypt-staging"'));
    for (const line of lines.filter((one) => one.startsWith('dns = ') && !one.includes('hook')))
      settingsOf(`${certificate}\nsource = "acme"\nchallenge = "dns-01"\n${line}`);
    for (const key of Object.keys(DNS_PROVIDER_SHAPE.shape)) assert.match(acme, new RegExp(`\\b${key}\\b`), key);
    const upstream = /^# (url = .*)\n# (addresses = .*)$/m.exec(text)!;
    settingsOf(`[[upstream]]\n${upstream[1]}\n${upstream[2]}`);
  });

  test('shows groups that work as soon as their # are gone, and what everybody may get too', () => {
    const bare = (from: string, to: string) =>
      text.slice(text.indexOf(from), text.indexOf(to)).replace(/^# (?=\[\[|\w+ = )/gm, '');
    const policy = bare('# rebinding_exceptions = ', '# Groups of clients').replace(/^rules_file = .*$/m, '');
    const groups = bare('# Groups of clients', '# The names and addresses devices use');
    const lists = text.slice(text.indexOf('\n[[list]]'), text.indexOf('\n[policy]'));
    const { settings, notices } = settingsOf(`${lists}[policy]\n${policy}${groups}`);
    assert.deepEqual(notices, []);
    assert.deepEqual(
      settings.groups.map(({ name, when }) => [name, ...when.map(({ schedule }) => schedule.name)]),
      [['default'], ['kids', 'bedtime']],
    );
  });
});
