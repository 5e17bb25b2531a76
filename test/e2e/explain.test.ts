// What `sotto explain` says of a running gateway beside what a real client gets from it: for each question, both by the same rules.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Explanation } from '../../src/control-plane/explain/explanation.ts';
import type { DnsPeer } from '../peers/dns-peer.ts';
import { startUnbound } from '../peers/unbound.ts';
import { findCommand } from '../setup/missing-components.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, PROGRAM, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';

const CONFIG = `
[access]
unknown_client_ids = "refuse"

[[list]]
name = "ads"
file = "ads.txt"
format = "adblock"

[[list]]
name = "addresses"
file = "addresses.txt"
format = "addresses"
extended_error = "censored"

[policy]
rules = ["@@||fine.example^", "||same.example^$dnsrewrite=www.same.example", "||secret.example^"]

[resolve]
dns64 = "2001:db8:64::/96"

[[group]]
name = "kids"
clients = ["127.0.0.2", "tablet"]
lists = ["ads"]
safe_search = ["google"]
rebinding_protection = true
allowed_types = ["A", "TXT"]
`;

const ADS = `! ads
||tracker.example^
||fine.example^
||typed.example^$dnstype=TXT
||single.example^$client=127.0.0.2
|lead.example^$dnsrewrite=page.secret.example
|on.example^$dnsrewrite=shop.example
`;

const ELSEWHERE = [
  'www.google.com A 192.0.2.1',
  'forcesafesearch.google.com A 192.0.2.120',
  'shop.example CNAME cdn.tracker.example',
  'cdn.tracker.example A 192.0.2.5',
  'listed.example A 203.0.113.9',
  'inside.example A 10.0.0.1',
  'fine.example A 192.0.2.6',
  'typed.example A 192.0.2.7',
  'single.example A 192.0.2.8',
  'plain.example A 192.0.2.9',
  'www.same.example A 192.0.2.10',
  'page.secret.example A 192.0.2.11',
];

/** Clients: everybody else, and one of the group. */
const ANYBODY = '127.0.0.1';
const KID = '127.0.0.2';

describe('sotto explain, of a gateway that runs', () => {
  let peer: DnsPeer | undefined;
  let gateway: GatewayProcess | undefined;

  before(async () => {
    if (findCommand('unbound') === undefined) return;
    peer = await startUnbound({ elsewhere: ELSEWHERE });
    const directory = makeGatewayDirectory();
    writeFileSync(join(directory, 'ads.txt'), ADS);
    writeFileSync(join(directory, 'addresses.txt'), '203.0.113.0/24\n');
    gateway = await startGatewayProcess({
      directory,
      config: gatewayConfig({ directory, upstreams: [peer], extra: CONFIG }),
    });
  });
  after(async () => {
    await gateway?.stop();
    await peer?.stop();
  });

  const ready = (t: TestContext) => hasCommands(t, 'unbound', 'kdig');

  async function answerFor(client: string, name: string, type: string): Promise<string> {
    const port = String(gateway!.ports.dns);
    const words = ['@127.0.0.1', '-p', port, '-b', client, '+edns', '+timeout=6', name, type];
    return (await runCommand('kdig', ...words)).output;
  }

  async function explain(name: string, ...words: string[]): Promise<Explanation> {
    const { output, errors } = await runCommand(
      process.execPath,
      ...[PROGRAM, 'explain', name, ...words, '--json', '--config', gateway!.configPath],
    );
    assert.notEqual(output, '', errors);
    return JSON.parse(output) as Explanation;
  }

  /** RCODE and Extended DNS Errors with their texts; kdig shows the first of a code alone where there are two. */
  function told(answer: string): string {
    const rcode = /status: (\w+)/.exec(answer)?.[1];
    const errors = [...answer.matchAll(/EDE: (\d+) \([^)]*\)(?:: '([^']*)')?/g)].map(([, code, text]) =>
      `${code} ${text ?? ''}`.trim(),
    );
    return [rcode, ...errors.sort()].join('; ');
  }

  const rcodeOf = ({ answer, response, action }: Explanation): string => {
    if (response === 'nxdomain') return 'NXDOMAIN';
    return action === 'not-ready' ? 'SERVFAIL' : answer.text.startsWith('REFUSED') ? 'REFUSED' : 'NOERROR';
  };

  const rows: readonly (readonly [client: string, name: string, type: string, verdict: RegExp])[] = [
    [ANYBODY, 'x.tracker.example', 'A', /^x\.tracker\.example is blocked: the list "ads" names tracker\.example/],
    [ANYBODY, 'shop.example', 'A', /^shop\.example is blocked for what it leads to: cdn\.tracker\.example is blocked/],
    [ANYBODY, 'listed.example', 'A', /is blocked: the list "addresses" names its address, 203\.0\.113\.9/],
    [KID, 'listed.example', 'A', /is allowed/],
    [ANYBODY, 'inside.example', 'A', /is allowed/],
    [KID, 'inside.example', 'A', /is blocked: it points into this network/],
    [ANYBODY, 'fine.example', 'A', /is allowed: a rule of the policy names it/],
    [ANYBODY, 'typed.example', 'A', /is allowed/],
    [ANYBODY, 'typed.example', 'TXT', /is blocked/],
    [ANYBODY, 'single.example', 'A', /is allowed/],
    [KID, 'single.example', 'A', /is blocked/],
    [KID, 'plain.example', 'AAAA', /is blocked: its group gets no records of this type/],
    [ANYBODY, 'plain.example', 'A', /is allowed/],
    [ANYBODY, 'plain.example', 'AAAA', /is allowed/],
    [ANYBODY, 'listed.example', 'AAAA', /is blocked: the list "addresses" names its address, 203\.0\.113\.9/],
    [ANYBODY, 'www.same.example', 'A', /, so it is answered as it is/],
    [ANYBODY, 'lead.example', 'A', /^lead\.example is blocked for what it leads to: page\.secret\.example is blocked/],
    [
      ANYBODY,
      'on.example',
      'A',
      /^on\.example leads to shop\.example.*; shop\.example is blocked for what it leads to/,
    ],
    [KID, 'www.google.com', 'A', /leads to forcesafesearch\.google\.com: safe search names it/],
  ];
  for (const [client, name, type, verdict] of rows)
    for (const when of ['before', 'after'] as const)
      test(`says of ${name} ${type} for ${client} what that client gets, ${when} it asked`, async (t) => {
        if (!ready(t)) return;
        const early = when === 'before' ? await explain(name, type, '--client', client) : undefined;
        const answer = await answerFor(client, name, type);
        const explanation = early ?? (await explain(name, type, '--client', client));
        assert.match(explanation.sentence, verdict);
        const errors = explanation.answer.extendedErrors.map(({ code, text }) => `${code} ${text}`.trim());
        assert.equal([rcodeOf(explanation), ...errors.sort()].join('; '), told(answer));
      });

  test('looks at the answer that clients get from the cache, and asks the upstream where there is none', async (t) => {
    if (!ready(t)) return;
    const flush = [PROGRAM, 'cache', 'flush', '--all', '--config', gateway!.configPath];
    await runCommand(process.execPath, ...flush);
    const fresh = await explain('plain.example');
    assert.ok(fresh.reached?.wasLookedAt);
    assert.notEqual(fresh.reached.from, 'the cache');
    await answerFor(ANYBODY, 'plain.example', 'A');
    const cached = await explain('plain.example');
    assert.ok(cached.reached?.wasLookedAt);
    assert.equal(cached.reached.from, 'the cache');
    assert.deepEqual(cached.reached.places, fresh.reached.places);
  });

  test('knows clients by their IDs, and refuses those that nobody names', async (t) => {
    if (!ready(t)) return;
    assert.equal((await explain('plain.example', '--client', 'tablet')).client.group, 'kids');
    assert.equal((await explain('plain.example', '--client', 'stranger')).action, 'refused');
  });

  test('says what a pause makes of it', async (t) => {
    if (!ready(t)) return;
    const pausing = async (...words: string[]) =>
      await runCommand(process.execPath, PROGRAM, ...words, '--config', gateway!.configPath);
    await pausing('pause', '1h', '--group', 'kids');
    const paused = await explain('x.tracker.example', '--client', KID);
    assert.match(paused.sentence, /is allowed: filtering is paused/);
    assert.ok((paused.client.pausedUntil ?? 0) > Date.now());
    await pausing('resume');
    assert.equal((await explain('x.tracker.example', '--client', KID)).action, 'block');
  });
});
