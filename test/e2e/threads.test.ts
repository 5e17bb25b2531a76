// A query thread that dies, by termination or by an exception, comes back with its sockets; the others lose nothing.

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BroadcastChannel, type Worker } from 'node:worker_threads';
import * as dnsPacket from 'dns-packet';
import { pino } from 'pino';
import { loadSettings } from '../../src/control-plane/settings/load-settings.ts';
import { type Gateway, startGateway } from '../../src/main.ts';
import { MORTAL_THREADS } from '../fixtures/mortal-threads.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory } from './gateway-process.ts';
import { threadCounters } from './thread-counters.ts';

const THREADS = 3;
const CLIENTS = 24;
const BLOCKED = 'ads.example';
/**
 * Without koffi a dying thread closes its socket, and the kernel deals all clients anew to those that are left: datagrams under
 * way at that moment can be lost for anyone, which no program can help.
 */
const socketsOutliveThreads = process.env.SOTTO_WITHOUT_KOFFI !== '1';

/** One client socket: the kernel gives all its datagrams to the same thread. */
class Client {
  readonly socket: Socket = createSocket('udp4');
  readonly #waiting = new Map<number, () => void>();
  #lastId = 0;

  constructor() {
    this.socket.on('message', (reply) => {
      const answered = this.#waiting.get(reply.readUInt16BE(0));
      this.#waiting.delete(reply.readUInt16BE(0));
      answered?.();
    });
  }

  /** Resolves with whether the question was answered within the time. */
  ask(port: number, milliseconds: number): Promise<boolean> {
    const id = ++this.#lastId;
    const query = dnsPacket.encode({
      type: 'query',
      id,
      flags: dnsPacket.RECURSION_DESIRED,
      questions: [{ type: 'A', name: BLOCKED }],
    });
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#waiting.set(id, () => {
        clearTimeout(timer);
        resolve(true);
      });
      this.socket.send(query, port, '127.0.0.1');
    });
  }
}

describe('query threads', () => {
  const directory = makeGatewayDirectory();
  const lines: string[] = [];
  let gateway: Gateway;
  let port: number;

  before(async () => {
    writeFileSync(join(directory, 'own.hosts'), `0.0.0.0 ${BLOCKED}\n`);
    const upstream = { hostName: 'dns.example.org', dohPort: 9, address: '127.0.0.1', caPem: '' };
    const extra = '[[list]]\nname = "own"\nfile = "own.hosts"';
    const config = gatewayConfig({ directory, upstreams: [upstream], threads: THREADS, extra }).replaceAll(
      /^ca = .*$/gm,
      '',
    );
    writeFileSync(join(directory, 'config.toml'), config);
    const result = loadSettings(join(directory, 'config.toml'));
    assert.ok(result.ok, JSON.stringify(result));
    gateway = await startGateway(result.settings, {
      log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
      threadEntry: new URL('../fixtures/mortal-query-thread.ts', import.meta.url),
    });
    port = gateway.addresses.find(({ kind }) => kind === 'udp')!.port;
  });
  after(async () => {
    await gateway.close(1_000);
  });

  async function queriesByThread(): Promise<number[]> {
    return (await threadCounters(gateway.control.path)).map(({ queriesUdp }) => queriesUdp!);
  }

  async function slotServing(client: Client): Promise<number> {
    const earlier = await queriesByThread();
    assert.ok(await client.ask(port, 5_000));
    const later = await queriesByThread();
    return 1 + later.findIndex((queries, index) => queries > earlier[index]!);
  }

  const kill = {
    'worker.terminate()': async (worker: Worker) => void (await worker.terminate()),
    'an uncaught exception': async (worker: Worker) => {
      // Not events.once: it would reject with the very error that is meant to happen.
      const exited = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
      const channel = new BroadcastChannel(MORTAL_THREADS);
      channel.postMessage(worker.threadId);
      await exited;
      channel.close();
    },
  };

  for (const [how, end] of Object.entries(kill)) {
    test(`after ${how} the thread is back, its clients' datagrams are answered late, the others' at once`, async (t) => {
      const clients = Array.from({ length: CLIENTS }, () => new Client());
      t.after(() => clients.forEach(({ socket }) => void socket.close()));
      const asked = await Promise.all(clients.map((client) => client.ask(port, 5_000)));
      assert.ok(asked.every(Boolean));

      const slots: number[] = [];
      for (const client of clients) slots.push(await slotServing(client));
      const slot = slots[0]!;
      const victim = gateway.pool.workers.get(slot)!;
      const ended = end(victim);
      // Everyone goes on asking while it dies; what went to its sockets waits there for its successor.
      const during = clients.map((client) => Promise.all([1, 2, 3].map(() => client.ask(port, 10_000))));
      await ended;
      const answered = await Promise.all(during);
      const others = answered.filter((_, index) => slots[index] !== slot);
      assert.ok(others.length > 0);
      if (socketsOutliveThreads) assert.ok(others.flat().every(Boolean), 'no query was lost on the other threads');

      const afterwards = await Promise.all(clients.map((client) => client.ask(port, 10_000)));
      assert.ok(afterwards.every(Boolean), 'every client is served again, those of the dead thread by its successor');
      assert.notEqual(gateway.pool.workers.get(slot), victim);
      assert.equal(gateway.pool.workers.size, THREADS);
      assert.ok(lines.some((line) => line.includes(`query thread ${slot} ended`)));
    });
  }
});
