// Knows whether the upstream can be reached, says so once per change, and keeps asking while it cannot, so that list
// downloads start again within seconds of the network's return.

import type { Upstream, UpstreamFailureCode } from '../../upstream/upstream.ts';
import { CLASS, TYPE } from '../../wire/numbers.ts';
import { buildQuery } from '../../wire/query-builder.ts';

const PROBE_INTERVAL_MILLISECONDS = 2_000;
const ROOT_NAME = new Uint8Array(1);

export interface UpstreamWatchOptions {
  readonly upstream: Upstream;
  /** Once per change, and once at the start. */
  onReachable(server: string): void;
  onUnreachable(code: UpstreamFailureCode, detail: string): void;
}

export class UpstreamWatch {
  readonly #options: UpstreamWatchOptions;
  #isReachable: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isProbing = false;
  #isStopped = false;

  constructor(options: UpstreamWatchOptions) {
    this.#options = options;
  }

  get isReachable(): boolean | undefined {
    return this.#isReachable;
  }

  /** Asks the upstream for the root's name servers; call it at the start and whenever a thread reports failures. */
  async probe(): Promise<void> {
    if (this.#isProbing || this.#isStopped) return;
    this.#isProbing = true;
    // Whoever asked for this one: only one next probe is ever planned.
    clearTimeout(this.#timer);
    const query = buildQuery({
      name: ROOT_NAME,
      nameLength: 1,
      type: TYPE.NS,
      class: CLASS.IN,
      dnssecOk: false,
      checkingDisabled: false,
    });
    const outcome = await this.#options.upstream.exchange(query);
    this.#isProbing = false;
    if (this.#isStopped) return;
    if (outcome.ok) {
      if (this.#isReachable !== true) this.#options.onReachable(outcome.server);
      this.#isReachable = true;
      return;
    }
    if (this.#isReachable !== false) this.#options.onUnreachable(outcome.code, outcome.detail);
    this.#isReachable = false;
    this.#timer = setTimeout(() => void this.probe(), PROBE_INTERVAL_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
