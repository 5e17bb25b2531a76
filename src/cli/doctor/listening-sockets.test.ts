import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { readListeningSockets, readSocketOwners } from './listening-sockets.ts';

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const REST = '00000000:00000000 00:00000000 00000000';

function row(address: string, state: string, userId: number, inode: number): string {
  return `   0: ${address} 00000000:0000 ${state} ${REST} ${userId}        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
}

function makeProc(t: TestContext, tables: Readonly<Record<string, string>>): string {
  const { path, remove } = temporaryDirectory('proc');
  t.after(remove);
  mkdirSync(join(path, 'net'));
  for (const [table, rows] of Object.entries(tables)) writeFileSync(join(path, 'net', table), HEADING + rows);
  return path;
}

function addProcess(
  proc: string,
  processId: number,
  name: string,
  links: readonly string[],
  words: readonly string[] = [name],
): void {
  const directory = join(proc, String(processId));
  mkdirSync(join(directory, 'fd'), { recursive: true });
  writeFileSync(join(directory, 'comm'), `${name}\n`);
  writeFileSync(join(directory, 'cmdline'), words.map((word) => `${word}\0`).join(''));
  for (const [index, link] of links.entries()) symlinkSync(link, join(directory, 'fd', String(index)));
}

test('sockets that listen are found with their address, of both protocols and families', (t) => {
  if (endianness() !== 'LE') return t.skip('the rows below are those of a little-endian machine');
  const proc = makeProc(t, {
    tcp: row('3500007F:0035', '0A', 101, 11) + row('0100007F:0035', '01', 0, 12),
    tcp6: row('B80D0120000000000000000001000000:0355', '0A', 0, 13),
    udp: `${row('00000000:0035', '07', 0, 14)}a line that makes no sense\n`,
    udp6: row('00000000000000000000000000000000:0035', '07', 7, 15),
  });
  assert.deepEqual(readListeningSockets(proc), [
    { protocol: 'tcp', address: '127.0.0.53', port: 53, inode: '11', userId: 101 },
    { protocol: 'tcp', address: '2001:db8::1', port: 853, inode: '13', userId: 0 },
    { protocol: 'udp', address: '0.0.0.0', port: 53, inode: '14', userId: 0 },
    { protocol: 'udp', address: '::', port: 53, inode: '15', userId: 7 },
  ]);
});

test('a system without such tables knows nothing, rather than that nobody listens', (t) => {
  const { path, remove } = temporaryDirectory('proc');
  t.after(remove);
  assert.equal(readListeningSockets(path), undefined);
});

test('a socket belongs to every process that holds it, each named once', (t) => {
  const proc = makeProc(t, {});
  addProcess(proc, 21, 'dnsmasq', ['/dev/null', 'socket:[11]', 'socket:[11]']);
  addProcess(proc, 22, 'dnsmasq', ['socket:[11]', 'socket:[99]']);
  // One that ends while it is looked at.
  mkdirSync(join(proc, '23'));
  assert.deepEqual(
    readSocketOwners(proc, new Set(['11', '12'])),
    new Map([
      [
        '11',
        [
          { processId: 21, name: 'dnsmasq' },
          { processId: 22, name: 'dnsmasq' },
        ],
      ],
    ]),
  );
  assert.equal(readSocketOwners(proc, new Set()).size, 0);
});

test('of an interpreter, the script it runs is named', (t) => {
  const proc = makeProc(t, {});
  const words = ['/usr/bin/node', '--no-warnings', '/opt/sotto/bin/sotto.js', 'run'];
  addProcess(proc, 31, 'node-MainThread', ['socket:[11]'], words);
  addProcess(proc, 32, 'python3', ['socket:[12]'], ['python3']);
  const owners = readSocketOwners(proc, new Set(['11', '12']));
  assert.equal(owners.get('11')![0]!.name, 'sotto.js');
  assert.equal(owners.get('12')![0]!.name, 'python3');
});
