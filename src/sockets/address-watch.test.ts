import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { AddressWatch } from './address-watch.ts';
import type { ListeningSocket } from './listening-socket.ts';
import type { BindFailure, ListeningSocketSet } from './listening-socket-set.ts';
import { openListeningSockets } from './open-listening-sockets.ts';

interface Watched {
  readonly set: ListeningSocketSet;
  readonly port: number;
  readonly watch: AddressWatch;
  readonly opened: (readonly (readonly ListeningSocket[])[])[];
  readonly gone: number[];
  readonly failed: BindFailure[];
}

/** Two threads on `0.0.0.0`, with addresses of 127.0.0.0/8 coming and going in `present`. */
async function watchPretended(t: TestContext, present: Set<string>): Promise<Watched> {
  const { set, failures } = await openListeningSockets([{ kind: 'udp', address: '0.0.0.0', port: 0 }], 2);
  t.after(() => set.closeAll());
  assert.deepEqual(failures, []);
  for (const { address } of set.bindings) present.add(address);
  const opened: (readonly (readonly ListeningSocket[])[])[] = [];
  const gone: number[] = [];
  const failed: BindFailure[] = [];
  const watch = new AddressWatch(
    set,
    {
      opened: (sockets) => opened.push(sockets),
      gone: (ids) => gone.push(...ids),
      failed: (failure) => failed.push(failure),
    },
    { read: () => [...present], intervalMilliseconds: 3_600_000 },
  );
  t.after(() => watch.stop());
  return { set, port: set.bindings[0]!.port, watch, opened, gone, failed };
}

test('a new address gets a socket for each thread, once', async (t) => {
  const present = new Set<string>();
  const { set, port, watch, opened, failed } = await watchPretended(t, present);
  await watch.check();
  assert.equal(opened.length, 0);
  present.add('127.0.0.77');
  await watch.check();
  await watch.check();
  assert.equal(opened.length, 1);
  const [first, second] = opened[0]!;
  for (const sockets of [first!, second!]) {
    assert.deepEqual(
      sockets.map(({ kind, address, port: its }) => ({ kind, address, port: its })),
      [{ kind: 'udp', address: '127.0.0.77', port }],
    );
  }
  assert.ok(set.forThread(2).includes(second![0]!), 'a thread that starts now gets it too');
  assert.deepEqual(failed, []);
});

test('addresses of the other family are left alone', async (t) => {
  const present = new Set<string>();
  const { watch, opened, failed } = await watchPretended(t, present);
  present.add('::1');
  await watch.check();
  assert.deepEqual([opened, failed], [[], []]);
});

test('an address that cannot be served is told once, and served as soon as it can be', async (t) => {
  const present = new Set<string>();
  const { port, watch, opened, failed } = await watchPretended(t, present);
  const holder = createSocket('udp4');
  holder.bind({ address: '127.0.0.78', port });
  await once(holder, 'listening');
  present.add('127.0.0.78');
  await watch.check();
  await watch.check();
  assert.deepEqual(
    failed.map(({ address, port: its, code }) => ({ address, port: its, code })),
    [{ address: '127.0.0.78', port, code: 'EADDRINUSE' }],
  );
  holder.close();
  await once(holder, 'close');
  await watch.check();
  assert.equal(opened[0]![0]![0]!.address, '127.0.0.78');
});

test('an address that is not ready yet is neither served nor complained about', async (t) => {
  const present = new Set<string>();
  const { watch, opened, failed } = await watchPretended(t, present);
  present.add('203.0.113.1');
  await watch.check();
  assert.deepEqual([opened, failed], [[], []]);
});

test('an address that is out of sight but still configured keeps its sockets', async (t) => {
  const present = new Set<string>();
  const { set, watch, gone } = await watchPretended(t, present);
  const before = set.forThread(1).length;
  present.clear();
  await watch.check();
  assert.deepEqual(gone, []);
  assert.equal(set.forThread(1).length, before);
});

test('a system that cannot list its addresses for a moment changes nothing', async (t) => {
  const present = new Set<string>();
  const { set, watch, gone } = await watchPretended(t, present);
  const failing = new AddressWatch(
    set,
    { opened: () => assert.fail('opened'), gone: () => assert.fail('gone'), failed: () => assert.fail('failed') },
    {
      read: () => {
        throw new Error('out of memory');
      },
    },
  );
  t.after(() => failing.stop());
  await failing.check();
  await watch.check();
  assert.deepEqual(gone, []);
});

const isolated = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
const skip = isolated ? false : 'needs root and the tools unshare and ip, to change addresses in a network namespace';

/** Runs `body` in a network namespace with an address 192.0.2.1 and a shell `root(command)` that keeps its rights. */
function inNamespace(body: string): unknown {
  const module = (name: string): string => JSON.stringify(`${import.meta.dirname}/${name}.ts`);
  const script = `
    const { spawn } = await import('node:child_process');
    const { once } = await import('node:events');
    const { openListeningSockets } = await import(${module('open-listening-sockets')});
    const { AddressWatch } = await import(${module('address-watch')});
    const { bindDatagram } = await import(${module('adopt-socket')});
    const { createSocket } = await import('node:dgram');
    const shell = spawn('sh', [], { stdio: ['pipe', 'pipe', 'inherit'] });
    const root = async (command) => { shell.stdin.write(command + '; echo $?\\n'); return String(await once(shell.stdout, 'data')).trim(); };
    await root('ip link set lo up; ip address add 192.0.2.1/32 dev lo');
    const becomeNobody = () => { process.setgroups([]); process.setgid(65534); process.setuid(65534); };
    const events = [];
    const changes = {
      opened: (threads) => events.push(...threads.flat().map(({ address, descriptor }) => 'opened ' + address)),
      gone: (ids) => events.push('gone ' + ids.length),
      failed: ({ address, code }) => events.push('failed ' + address + ' ' + code),
    };
    const watchNow = (set, intervalMilliseconds = 3600000) => new AddressWatch(set, changes, { intervalMilliseconds });
    ${body}
    shell.stdin.end();
    console.log(JSON.stringify(result));
    process.exit();`;
  const child = spawnSync('unshare', ['--net', process.execPath, '--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(child.stderr, '');
  return JSON.parse(child.stdout);
}

test('the poll itself finds an address that is added to an interface', { skip }, () => {
  const events = inNamespace(`
    const { set } = await openListeningSockets([{ kind: 'udp', address: '0.0.0.0', port: 53 }], 1);
    const found = Promise.withResolvers();
    new AddressWatch(set, { ...changes, opened: (threads) => found.resolve(threads[0][0].address) }, { intervalMilliseconds: 10 });
    await root('ip address add 192.0.2.2/32 dev lo');
    const keepAlive = setInterval(() => {}, 1000);
    const result = await found.promise;`);
  assert.equal(events, '192.0.2.2');
});

test('sockets of an address that was removed are given back, and opened anew when it returns', { skip }, () => {
  const events = inNamespace(`
    const { set } = await openListeningSockets([{ kind: 'udp', address: '0.0.0.0', port: 53 }], 1);
    let ids;
    const watch = new AddressWatch(set, { ...changes, gone: (gone) => events.push('gone ' + (ids = gone).length) });
    await root('ip address del 192.0.2.1/32 dev lo');
    await watch.check();
    events.push('left ' + set.forThread(1).length);
    await root('ip address add 192.0.2.1/32 dev lo');
    await watch.check();
    events.push('threads have closed');
    set.close(ids);
    await watch.check();
    const result = events;`);
  assert.deepEqual(events, ['gone 1', 'left 1', 'threads have closed', 'opened 192.0.2.1']);
});

test('without the right to port 53 a new address is told as EACCES, once', { skip }, () => {
  const events = inNamespace(`
    const { set } = await openListeningSockets([{ kind: 'udp', address: '0.0.0.0', port: 53 }], 1);
    const watch = watchNow(set);
    becomeNobody();
    await root('ip address add 192.0.2.2/32 dev lo');
    await watch.check();
    await watch.check();
    const result = events;`);
  assert.deepEqual(events, ['failed 192.0.2.2 EACCES']);
});

test('without the right to port 53 a vanished address keeps its sockets, which serve it again when it returns', {
  skip,
}, () => {
  const outcome = inNamespace(`
    const { set } = await openListeningSockets([{ kind: 'udp', address: '0.0.0.0', port: 53 }], 1);
    const watch = watchNow(set);
    const serving = await bindDatagram(set.forThread(1).find(({ address }) => address === '192.0.2.1'));
    serving.on('message', (message, from) => serving.send('answer', from.port, from.address));
    becomeNobody();
    await root('ip address del 192.0.2.1/32 dev lo');
    await watch.check();
    await root('ip address add 192.0.2.1/32 dev lo');
    await watch.check();
    const client = createSocket('udp4');
    client.send('question', 53, '192.0.2.1');
    const [message, from] = await once(client, 'message');
    const result = { events, answer: String(message), from: from.address };`);
  assert.deepEqual(outcome, { events: [], answer: 'answer', from: '192.0.2.1' });
});
