import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { sotto } from '../../test/fixtures/command-line.ts';
import { HELP, helpFor } from './help.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');
const COMMANDS = ['run', 'check', 'query', 'explain'];

describe('the command line', () => {
  const helpful: readonly [string[], string][] = [
    [[], HELP],
    [['--help'], HELP],
    [['-h'], HELP],
    [['help'], HELP],
    [['help', 'query'], helpFor('query')],
    [['query', '--help'], helpFor('query')],
    [['query', 'example.org', '-h'], helpFor('query')],
    [['--help', 'explain'], helpFor('explain')],
    [['check', '--config', 'x', '--help'], helpFor('check')],
    [['run', '--bogus', '--help'], helpFor('run')],
  ];
  for (const [args, help] of helpful) {
    test(`"sotto ${args.join(' ')}" teaches and exits with 0`, async (t) => {
      assert.deepEqual(await sotto(t, ...args), { exitCode: 0, stdout: `${help}\n`, stderr: '' });
    });
  }

  test('teaches each command, in lines that fit a terminal', () => {
    for (const command of COMMANDS) {
      assert.match(HELP, new RegExp(`^ {2}sotto ${command} +\\w`, 'm'));
      assert.ok(helpFor(command).startsWith(`sotto ${command} `));
    }
    const lines = [HELP, ...COMMANDS.map(helpFor)].join('\n').split('\n');
    for (const line of lines) assert.ok(line.length <= 120, line);
  });

  test('teaches a rehearsal that can be done before the first order, which the start makes by itself', () => {
    const texts = ['README.md', 'config.example.toml', 'docs/certificates.md'].map((file) =>
      readFileSync(join(PROJECT_ROOT, file), 'utf8'),
    );
    for (const text of [helpFor('cert'), ...texts]) {
      assert.match(text, /[Rr]ehearse\b[^.]*"letsencrypt-staging"/);
      assert.doesNotMatch(text, /[Rr]ehearse (?:first$|with `sotto cert issue)|issue --staging" rehearses/m);
    }
  });

  const faults: readonly [string[], RegExp][] = [
    [['qeury', 'example.org'], /^sotto: there is no command "qeury"; did you mean "sotto query"\?\n$/],
    [
      ['start'],
      /^sotto: there is no command "start"; commands: run, check, query, explain, cache, cert, lists, pause, resume, doctor, profile\n$/,
    ],
    [['help', 'qery'], /no command "qery"; did you mean "sotto query"/],
    [['--config', 'x'], /--config is not a command; options stand behind the command: sotto run --config FILE/],
    [['constructor'], /there is no command "constructor"/],
    [['run', '--confg', 'x'], /there is no option --confg; did you mean --config\?/],
    [['run', 'config.toml'], /"config\.toml" is one word too many; sotto run \[--config FILE\]/],
    [['query', '--', '--help', '-h', 'x'], /"x" is one word too many/],
  ];
  for (const [args, message] of faults) {
    test(`"sotto ${args.join(' ')}" exits with 2 and says what would be right`, async (t) => {
      const { exitCode, stdout, stderr } = await sotto(t, ...args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }
});

describe('bin/sotto.js', () => {
  /** As npx calls it: the file itself, with the clone's node first in PATH, from any directory. */
  const run = (...args: string[]) =>
    spawnSync(join(PROJECT_ROOT, 'bin', 'sotto.js'), args, {
      cwd: '/',
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: [join(PROJECT_ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      },
    });

  test('prints its version and exits with 0', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
    const { status, stdout, stderr } = run('--version');
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(stdout, `sotto ${version} on Node.js ${process.versions.node}\n`);
  });

  test('exits with 1 where no answer comes, by itself and at once', () => {
    const { status, stdout, stderr } = run('query', 'example.org', '--server', 'https://127.0.0.1:1');
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^sotto: https:\/\/127\.0\.0\.1:1\/dns-query: connection refused/);
  });

  test('exits with 2 for a configuration with faults', () => {
    const config = join(PROJECT_ROOT, 'test', 'golden', 'config-faults.toml');
    for (const command of ['check', 'run']) {
      const { status, stdout, stderr } = run(command, '--config', config);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, /config-faults\.toml:10: server\.threads: /);
    }
  });

  test('ends quietly when who reads along has left', () => {
    const command = `${join(PROJECT_ROOT, 'bin', 'sotto.js')} check | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    assert.deepEqual([stdout, stderr], ['0\n', '']);
  });
});
