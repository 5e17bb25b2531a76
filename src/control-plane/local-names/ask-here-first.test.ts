import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { startPlainServer } from '../../../test/fixtures/dns-server.ts';
import { HASH_KEY, wire } from '../../../test/fixtures/local-names.ts';
import { localSettings } from '../../../test/fixtures/local-settings.ts';
import { answerTo } from '../../../test/peers/scripted-doh-server.ts';
import { lookupThroughUpstream } from '../../upstream/lookup-through-upstream.ts';
import { HEADER_BYTES } from '../../wire/header.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { buildQuery } from '../../wire/query-builder.ts';
import { AskHereFirst } from './ask-here-first.ts';
import { runAtOnce } from './slices.ts';
import { compileSliced } from './compile-local-names.ts';

async function asking(t: TestContext) {
  const zoneAsked: string[] = [];
  const asked: string[] = [];
  const port = await startPlainServer(t, ({ query, send }) => {
    zoneAsked.push(nameIn(query));
    send(answerTo(query));
  });
  const settings = localSettings(`
    [[zone]]
    name = "lan"
    forward = ["127.0.0.1:${port}"]
    [[record]]
    name = "ca.corp.example"
    type = "A"
    value = "192.168.1.9"
    [[record]]
    name = "alias.example"
    type = "CNAME"
    value = "ca.public.example"
    [[record]]
    name = "nearby.example"
    type = "CNAME"
    value = "ca.lan"
  `);
  const { table } = runAtOnce(
    compileSliced(settings, HASH_KEY, { hosts: undefined, leases: [], discovery: [], ended: [] }),
  );
  const here = new AskHereFirst({
    upstream: {
      exchange: async (query) => {
        asked.push(nameIn(query));
        return { ok: true, message: answerTo(query), server: 'upstream' };
      },
    },
    localNames: () => table,
    hashKey: HASH_KEY,
    zones: settings.zones,
  });
  t.after(() => here.close());
  const lookup = lookupThroughUpstream(here);
  const find = promisify((name: string, done: (error: Error | null, found?: unknown) => void) =>
    lookup(name, {}, (error, address) => done(error, address)),
  );
  return { here, find, asked, zoneAsked };
}

describe("the process's own questions", () => {
  test('a name below a [[zone]] goes to its resolver alone, whatever its type', async (t) => {
    const { here, find, asked, zoneAsked } = await asking(t);
    assert.equal(await find('CA.lan'), '192.0.2.1');
    await here.exchange(queryFor('_acme-challenge.dns.lan', TYPE.TXT));
    assert.deepEqual(new Set(zoneAsked), new Set(['ca.lan', '_acme-challenge.dns.lan']));
    assert.deepEqual(asked, []);
  });

  test('a record of the configuration answers, and an alias is followed to where its name belongs', async (t) => {
    const { find, asked, zoneAsked } = await asking(t);
    assert.equal(await find('ca.corp.example'), '192.168.1.9');
    assert.deepEqual([asked, zoneAsked], [[], []]);
    assert.equal(await find('alias.example'), '192.0.2.1');
    assert.deepEqual(new Set(asked), new Set(['ca.public.example']));
    assert.equal(await find('nearby.example'), '192.0.2.1');
    assert.deepEqual(new Set(zoneAsked), new Set(['ca.lan']));
  });

  test('names that nobody outside has are asked nowhere', async (t) => {
    const { find, asked, zoneAsked } = await asking(t);
    for (const name of [
      'ca.local',
      'ca.corp.internal',
      'step-ca',
      'ca.home.arpa',
      'ca.test',
      'CA.home',
      'ca.fritz.box',
    ])
      await assert.rejects(find(name), { code: 'ENOTFOUND' }, name);
    assert.deepEqual([asked, zoneAsked], [[], []]);
  });

  test('all others go to the upstream', async (t) => {
    const { find, asked, zoneAsked } = await asking(t);
    assert.equal(await find('ca.example.org'), '192.0.2.1');
    assert.deepEqual([new Set(asked), zoneAsked], [new Set(['ca.example.org']), []]);
  });
});

function queryFor(text: string, type: number): Uint8Array {
  const name = wire(text);
  return buildQuery({ name, nameLength: name.length, type, class: 1, dnssecOk: false, checkingDisabled: false });
}

function nameIn(query: Uint8Array): string {
  return nameToText(query.subarray(HEADER_BYTES));
}
