import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type CommandOutcome, sotto } from '../../test/fixtures/command-line.ts';
import { certificateRoutes } from '../control-plane/api/certificate-routes.ts';
import { openControlSocket } from '../control-plane/api/control-socket.ts';
import type { OrderChoice } from '../control-plane/certificates/acme/acme-keeper.ts';
import type { CertificateState, OrderState } from '../control-plane/certificates/certificate-state.ts';
import { certificateTable } from './cert/certificate-table-text.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DAY = 86_400_000;

const state = (more: Partial<CertificateState>): CertificateState => ({
  names: ['dns.example.org'],
  source: 'acme',
  directory: 'letsencrypt',
  issuer: "Let's Encrypt E7",
  notAfter: NOW + 60 * DAY,
  isStandIn: false,
  nextRenewal: NOW + 30 * DAY,
  lastError: undefined,
  order: undefined,
  rehearsal: undefined,
  ...more,
});

const order = (more: Partial<OrderState>): OrderState => ({
  number: 7,
  isRehearsal: false,
  steps: [],
  outcome: 'under way',
  ...more,
});

describe('the table', () => {
  test('has a line for each certificate, and what is wrong with it below', () => {
    const states = [
      state({ names: ['dns.example.org', '*.dns.example.org'] }),
      state({
        names: ['a.example.net', 'b.example.net', 'c.example.net', 'd.example.net'],
        directory: 'https://acme.example.net:9000/dir',
        issuer: 'sotto local CA gateway',
        isStandIn: true,
        nextRenewal: NOW + 3_600_000,
        lastError: { at: NOW - 60_000, message: 'the CA says: no' },
      }),
      state({
        names: ['nas.lan'],
        source: 'files',
        directory: undefined,
        notAfter: NOW + 1.5 * DAY,
        nextRenewal: undefined,
      }),
      state({
        names: ['192.168.1.1'],
        source: 'local-ca',
        directory: undefined,
        notAfter: NOW - DAY,
        order: order({}),
      }),
    ];
    assert.equal(
      certificateTable(states, NOW),
      `NAMES                               SOURCE                 ISSUER                  ENDS                  NEXT RENEWAL
dns.example.org, *.dns.example.org  letsencrypt            Let's Encrypt E7        2027-01-21 (60 days)  2026-12-22 12:00 UTC
a.example.net and 3 more            acme.example.net:9000  sotto local CA gateway  2027-01-21 (60 days)  2026-11-22 13:00 UTC
  until the first one arrives, this one of the local CA stands in
  last error, 2026-11-22 11:59 UTC: the CA says: no
nas.lan                             files                  Let's Encrypt E7        2026-11-24 (1 day)    by whoever writes the files
192.168.1.1                         local-ca               Let's Encrypt E7        2026-11-21 (over)     under way`,
    );
  });

  test('shows nothing that could move the cursor of a terminal', () => {
    const evil = state({ issuer: 'CA\u001b[2J', lastError: { at: NOW, message: 'no\nyes\u001b[0m' } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(certificateTable([evil], NOW).replaceAll('\n', ''), /[\u0000-\u001f]/);
  });
});

interface Gateway {
  cert(...args: string[]): Promise<CommandOutcome>;
  readonly choices: OrderChoice[];
}

/** The control socket of a gateway whose certificates stand as `rounds` say, one round for each question. */
async function runGateway(
  t: TestContext,
  rounds: readonly (readonly CertificateState[])[],
  orders: readonly number[] | string = [7],
): Promise<Gateway> {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-test-cert-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'state'));
  const config = join(directory, 'config.toml');
  writeFileSync(config, 'state_dir = "state"\n');
  const choices: OrderChoice[] = [];
  let round = 0;
  const control = await openControlSocket(
    join(directory, 'state'),
    certificateRoutes({
      certificateStates: () => rounds[Math.min(round++, rounds.length - 1)]!,
      orderCertificates: (choice) => {
        choices.push(choice);
        return orders;
      },
    }),
  );
  t.after(() => control.close());
  return { cert: (...args) => sotto(t, 'cert', ...args, '--config', config), choices };
}

describe('sotto cert', () => {
  test('each step is shown once, as it comes', async (t) => {
    const steps = ['one', 'two', 'three'];
    const gateway = await runGateway(t, [
      [state({}), state({ order: order({ steps: steps.slice(0, 1) }) })],
      [state({ order: order({ steps: steps.slice(0, 1) }) })],
      [state({ order: order({ steps, outcome: 'done' }) })],
    ]);
    const outcome = await gateway.cert('renew', 'dns.example.org');
    assert.deepEqual(outcome, {
      exitCode: 0,
      stdout: 'dns.example.org: one\ndns.example.org: two\ndns.example.org: three\n',
      stderr: '',
    });
    assert.deepEqual(gateway.choices, [{ name: 'dns.example.org', which: 'all', isRehearsal: false }]);
  });

  test('an order that fails, or that a later one took the place of, exits with 1', async (t) => {
    const failed = await runGateway(t, [[state({ order: order({ steps: ['no'], outcome: 'failed' }) })]]);
    assert.equal((await failed.cert('issue')).exitCode, 1);
    assert.deepEqual(failed.choices, [{ name: undefined, which: 'missing', isRehearsal: false }]);
    const replaced = await runGateway(t, [[state({ order: order({ number: 8 }) })]]);
    const { exitCode, stderr } = await replaced.cert('issue', '--staging');
    assert.equal(exitCode, 1);
    assert.match(stderr, /^sotto: a later order took the place of order 7; how it ended is in the log/);
    assert.deepEqual(replaced.choices, [{ name: undefined, which: 'missing', isRehearsal: true }]);
  });

  test('an order and a rehearsal of one certificate are followed beside each other', async (t) => {
    const real = order({ steps: ['real'], outcome: 'done' });
    const rehearsal = order({ number: 8, isRehearsal: true, steps: ['rehearsed'] });
    for (const [number, said] of [
      [7, 'real'],
      [8, 'rehearsed'],
    ] as const) {
      const done = { ...rehearsal, outcome: 'done' } as const;
      const rounds = [[state({ order: real, rehearsal })], [state({ order: real, rehearsal: done })]];
      const gateway = await runGateway(t, rounds, [number]);
      const stdout = `dns.example.org: ${said}\n`;
      assert.deepEqual(await gateway.cert('renew'), { exitCode: 0, stdout, stderr: '' });
    }
  });

  test('why nothing is ordered is said', async (t) => {
    const gateway = await runGateway(t, [[]], 'these certificates are there already');
    const { exitCode, stderr } = await gateway.cert('issue');
    assert.deepEqual([exitCode, stderr], [2, 'sotto: these certificates are there already\n']);
  });

  test('words that do not belong there are explained', async (t) => {
    const gateway = await runGateway(t, [[]]);
    for (const [words, said] of [
      [['revoke'], /"revoke" is nothing to do with a certificate/],
      [['--staging'], /--staging belongs to issue/],
      [['renew', '--staging'], /--staging belongs to issue/],
      [['issue', 'not_a_name'], /"not_a_name" is neither a host name nor an address/],
    ] as const) {
      const { exitCode, stderr } = await gateway.cert(...words);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, said);
    }
    assert.deepEqual(gateway.choices, []);
  });

  test('without a gateway there is nobody to ask', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'sotto-test-cert-'));
    t.after(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'config.toml'), '');
    const { exitCode, stderr } = await sotto(t, 'cert', '--config', join(directory, 'config.toml'));
    assert.equal(exitCode, 1);
    assert.match(stderr, /no gateway is running/);
  });
});
