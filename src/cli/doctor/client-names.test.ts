import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../../control-plane/settings/load-settings.ts';
import {
  type NameSettings,
  privateNames,
  privateWildcardParents,
  publicNames,
  publicWildcardParents,
} from './client-names.ts';

function settingsOf(names: readonly string[], toml = ''): NameSettings {
  const text = `${toml}\n[[certificate]]\nnames = ${JSON.stringify(names)}\n`;
  const read = readSettings(text, '/nowhere/config.toml', {
    workingDirectory: '/nowhere',
    cores: 1,
    hostName: 'gateway',
    localAddresses: ['192.168.1.2'],
  });
  if (!read.ok) throw new Error(read.faults.map(({ message }) => message).join('\n'));
  return read.settings;
}

const ZONE = '[[zone]]\nname = "home.example.org"\nforward = ["192.168.1.1"]\n';

test('names within a zone of the network, or of leases, are asked of nobody outside', () => {
  const names = [
    'dns.example.org',
    'DNS.home.Example.org',
    'home.example.org',
    'gw.leases.example.net',
    'x.example.net',
  ];
  const settings = settingsOf(names, `[resolve]\nlease_domain = "leases.example.net"\n${ZONE}`);
  assert.deepEqual(publicNames(settings), ['dns.example.org', 'x.example.net']);
  assert.deepEqual(
    privateNames(settings).map((name) => name.toLowerCase()),
    ['dns.home.example.org', 'home.example.org', 'gw.leases.example.net'],
  );
});

test('special-use names and what networks use like them are private', () => {
  const names = ['gw.local', 'gw.lan', 'gw.home.arpa', 'gw.internal', 'gw.test', 'gw.corp', 'gw.private', 'gw.invalid'];
  const settings = settingsOf(names);
  assert.deepEqual(publicNames(settings), []);
  assert.deepEqual(privateNames(settings), names);
});

test('names that only look like the end of a private one are public', () => {
  const names = ['myhome.example.org', 'vlan', 'dns.homelan.example'];
  assert.deepEqual(publicNames(settingsOf(names, ZONE)), ['myhome.example.org', 'dns.homelan.example']);
});

test('wildcards are looked at by their parents, public or of this network', () => {
  const names = ['dns.example.org', '*.dns.example.org', '*.home.example.org', '*.gw.lan'];
  const settings = settingsOf(names, ZONE);
  assert.deepEqual(publicWildcardParents(settings), ['dns.example.org']);
  assert.deepEqual(privateWildcardParents(settings), ['home.example.org', 'gw.lan']);
});

test('a name of the local CA alone is of this network where a record of ours knows it', () => {
  const record = (name: string, type = 'A', value = '192.168.1.2') =>
    `[[record]]\nname = "${name}"\ntype = "${type}"\nvalue = "${value}"\n`;
  const acme = '[[certificate]]\nnames = ["b.example.org"]\nsource = "acme"\nchallenge = "tls-alpn-01"\n';
  const records = `${record('A.example.org')}${record('b.example.org')}${record('*.c.example.org')}${record('e.example.org', 'TXT', 'x')}`;
  const names = ['a.example.org', 'gw.c.example.org', 'd.example.org', 'e.example.org'];
  const settings = settingsOf(names, records + acme);
  assert.deepEqual(privateNames(settings), ['a.example.org', 'gw.c.example.org']);
  assert.deepEqual(publicNames(settings), ['b.example.org', 'd.example.org', 'e.example.org']);
});
