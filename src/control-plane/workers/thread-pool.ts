// Starts the query threads, keeps them alive and brings every publication to all of them. Runs in the main thread.

import { Worker } from 'node:worker_threads';
import { OperatorError } from '../../errors.ts';
import type { FromThread, ToThread } from '../../plane-messages/messages.ts';
import type { ThreadStart } from '../../plane-messages/thread-start.ts';
import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import { Publications } from './publications.ts';

export interface ThreadPoolOptions {
  readonly threads: number;
  /** The module each thread runs: data-plane/worker, or a test's variant of it. */
  readonly entry: URL;
  /** What is in force now; called for every start and restart. */
  startData(threadSlot: number): ThreadStart;
  /** The sockets a thread shall serve; called for every start and restart once the pool listens. */
  socketsFor(threadSlot: number): readonly ListeningSocket[];
  onMessage(threadSlot: number, message: FromThread): void;
  /** After a thread is gone and before its successor starts: shared memory can be cleaned up. */
  onDeath(threadSlot: number, error: Error | undefined): void;
}

/** A publication before the pool has given it a number. */
export type Publication = ToThread extends infer Message
  ? Message extends ToThread
    ? Omit<Message, 'publication'>
    : never
  : never;

const RESTART_DELAYS_MILLISECONDS = [0, 100, 500, 1_000, 5_000];
/** A thread that lived this long is restarted at once. */
const STABLE_MILLISECONDS = 30_000;

export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Map<number, Worker>();
  readonly #failures = new Map<number, number>();
  readonly #publications = new Publications();
  readonly #restartTimers = new Set<NodeJS.Timeout>();
  /** What keeps the pool from being ready; undefined once it is: from then on threads are restarted whatever happens. */
  #startFailures: string[] | undefined = [];
  #isListening = false;
  #isStopping = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Starts all threads; resolves when each has built its structures. Throws OperatorError THREAD_START. */
  async start(): Promise<void> {
    const slots = Array.from({ length: this.#options.threads }, (_, index) => index + 1);
    await Promise.all(
      slots.map((slot) =>
        this.#startThread(slot).catch((error: Error) => {
          throw new OperatorError('THREAD_START', `query thread ${slot} did not start: ${error.message}`, {
            cause: error,
          });
        }),
      ),
    );
  }

  /** Lets every thread open its listeners; resolves when all answer. Throws OperatorError THREAD_START if one does not. */
  async listen(): Promise<void> {
    this.#isListening = true;
    await Promise.all([...this.#threads.keys()].map((slot) => this.#sendListen(slot)));
    const [failure] = this.#startFailures ?? [];
    if (failure !== undefined) throw new OperatorError('THREAD_START', failure);
    this.#startFailures = undefined;
  }

  /** Sends a change to all threads; resolves when each has it in force (or is gone), rejects where one could not use it. */
  async publish(message: Publication): Promise<void> {
    const { publication, acknowledged } = this.#publications.begin(this.#threads.keys());
    for (const worker of this.#threads.values()) worker.postMessage({ ...message, publication });
    await acknowledged;
  }

  /** Opens further listeners in one thread. */
  async addSockets(threadSlot: number, sockets: readonly ListeningSocket[]): Promise<void> {
    const worker = this.#threads.get(threadSlot);
    if (worker === undefined) return;
    const { publication, acknowledged } = this.#publications.begin([threadSlot]);
    worker.postMessage({ kind: 'listen', publication, sockets } satisfies ToThread);
    await acknowledged;
  }

  /** Threads as they are now, for tests and the status page. */
  get workers(): ReadonlyMap<number, Worker> {
    return new Map(this.#threads);
  }

  /** Lets the threads answer what is in flight; what is not done after `graceMilliseconds` is ended. */
  async drain(graceMilliseconds: number): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#restartTimers) clearTimeout(timer);
    await Promise.all(
      [...this.#threads.values()].map(async (worker) => {
        const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
        worker.postMessage({ kind: 'drain', graceMilliseconds } satisfies ToThread);
        const timer = setTimeout(() => void worker.terminate(), graceMilliseconds + 1_000);
        await exited;
        clearTimeout(timer);
      }),
    );
  }

  async #startThread(slot: number): Promise<void> {
    const startedAtMilliseconds = performance.now();
    const { promise: started, resolve, reject } = Promise.withResolvers<void>();
    const worker = new Worker(this.#options.entry, {
      workerData: this.#options.startData(slot),
      name: `query-${slot}`,
    });
    this.#threads.set(slot, worker);
    let hasStarted = false;
    let failure: Error | undefined;
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'acknowledged') this.#publications.acknowledge(message.publication, slot, message.fault);
      else if (message.kind === 'started') {
        hasStarted = true;
        resolve();
        if (this.#isListening && !this.#isStopping) void this.#sendListen(slot);
      } else {
        if (message.kind === 'listen-failed') this.#notReady(`a listener could not be opened: ${message.message}`);
        this.#options.onMessage(slot, message);
      }
    });
    worker.on('error', (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      this.#threads.delete(slot);
      this.#publications.threadExited(slot);
      const error = failure ?? new Error('it ended');
      if (!hasStarted) reject(error);
      else this.#threadDied(slot, failure, startedAtMilliseconds);
    });
    await started;
  }

  async #sendListen(slot: number): Promise<void> {
    await this.addSockets(slot, this.#options.socketsFor(slot));
  }

  #notReady(reason: string): void {
    this.#startFailures?.push(reason);
  }

  #threadDied(slot: number, failure: Error | undefined, startedAtMilliseconds: number): void {
    if (this.#isStopping) return;
    this.#notReady(`query thread ${slot} ended before all was ready: ${failure?.message ?? 'without a reason'}`);
    this.#options.onDeath(slot, failure);
    const hasLived = performance.now() - startedAtMilliseconds >= STABLE_MILLISECONDS;
    const failures = hasLived ? 0 : (this.#failures.get(slot) ?? 0);
    this.#failures.set(slot, failures + 1);
    const delay = RESTART_DELAYS_MILLISECONDS[Math.min(failures, RESTART_DELAYS_MILLISECONDS.length - 1)]!;
    const timer = setTimeout(() => {
      this.#restartTimers.delete(timer);
      const restartedAtMilliseconds = performance.now();
      // Also where the system has no thread to give: it may have one later.
      this.#startThread(slot).catch((error: Error) => this.#threadDied(slot, error, restartedAtMilliseconds));
    }, delay);
    this.#restartTimers.add(timer);
  }
}
