// DNS64 beside the servers that have had it for years: the same questions to the gateway, unbound and BIND get the same answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startNamed } from '../peers/named.ts';
import { startUnbound } from '../peers/unbound.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';

const RECORDS = [
  'alias4 CNAME onlyv4',
  'chain4 CNAME alias4',
  'several A 192.0.2.11',
  'several A 203.0.113.12',
  'mapped AAAA ::ffff:192.0.2.5',
  'mapped A 192.0.2.5',
  'mixed AAAA ::ffff:192.0.2.6',
  'mixed AAAA 2001:db8::6',
  'mixed A 192.0.2.6',
  'dangling CNAME nothing',
  'private A 192.168.7.7',
];
const NAMES = [
  ...['www', 'alias', 'chain', 'onlyv4', 'alias4', 'chain4', 'several', 'short', 'text', 'none', 'x.many'],
  ...['mapped', 'mixed', 'dangling', 'private', 'unknown', 'big', '@'],
];

for (const prefix of ['2001:db8:64::/96', '2001:db8:6400::/40']) {
  test(`under ${prefix} the gateway answers as unbound and BIND do`, async (t) => {
    if (!hasCommands(t, 'unbound', 'named', 'dig', 'openssl')) return;
    const upstream = await startUnbound({ records: RECORDS });
    t.after(() => upstream.stop());
    const unbound = await startUnbound({ records: RECORDS, dns64: prefix });
    t.after(() => unbound.stop());
    const named = await startNamed({ records: RECORDS, dns64: prefix });
    t.after(() => named.stop());
    const directory = makeGatewayDirectory();
    const extra = `[resolve]\ndns64 = "${prefix}"`;
    const gateway = await startGatewayProcess({
      directory,
      config: gatewayConfig({ directory, upstreams: [upstream], extra }),
    });
    t.after(() => gateway.stop());

    const compare = async (label: string, type: string): Promise<void> => {
      const name = label === '@' ? 'lab.example' : `${label}.lab.example`;
      const ports = [gateway.ports.dns, named.dnsPort, unbound.dnsPort];
      const [own, ofNamed, ofUnbound] = await Promise.all(ports.map((port) => ask(port, name, type)));
      assert.equal(own, ofNamed, `${name} ${type} of BIND`);
      // unbound leaves AAAA records in ::ffff:0:0/96 as they are.
      if (!label.startsWith('m')) assert.equal(own, ofUnbound, `${name} ${type} of unbound`);
    };
    for (const label of NAMES) {
      await compare(label, 'AAAA');
      await compare(label, 'A');
    }
  });
}

/** RCODE, and the records of the answer in any order, without TTLs. */
async function ask(port: number, name: string, type: string): Promise<string> {
  const { output } = await runCommand(
    'dig',
    '@127.0.0.1',
    '-p',
    String(port),
    '+noall',
    '+answer',
    '+comments',
    '+tcp',
    name,
    type,
  );
  const status = /status: (\w+)/.exec(output)?.[1];
  const records = output
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.replace(/^(\S+)\s+\d+\s+IN\s+/, '$1 '));
  return [status, ...records.toSorted()].join('\n');
}
