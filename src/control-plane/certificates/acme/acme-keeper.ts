// The certificates of [[certificate]] tables with source = "acme", kept for as long as the gateway runs. Main thread.

import type { CertificateSnapshot } from '../../../plane-messages/thread-start.ts';
import type { AcmeSettings } from '../../settings/acme-settings.ts';
import type { Settings } from '../../settings/settings.ts';
import { AcmeCertificate, type AcmeReport, type AcmeSurroundings } from './acme-certificate.ts';
import { AcmeState } from './acme-state.ts';
import { type PublishChallenges, PublishedChallenges } from './challenges/tls-alpn-01.ts';
import { isLetsEncrypt } from './directory.ts';
import { POLL_TIMES, type PollTimes } from './poll-status.ts';
import type { OrderParts } from './run-order.ts';

/** For records of dns-01 that are to be taken away when the gateway stops in the middle of an order. */
const CLEANUP_MILLISECONDS = 5_000;

export interface AcmeKeeperOptions extends Pick<OrderParts, 'lookup' | 'upstream' | 'tokens'> {
  readonly settings: Pick<Settings, 'certificates' | 'certificateDirectory' | 'stateDirectory'>;
  readonly publishChallenges: PublishChallenges;
  readonly surroundings: AcmeSurroundings;
  /** `index`: the place in the settings. Resolves when every thread has it. */
  onCertificate(index: number, snapshot: CertificateSnapshot): Promise<void>;
  /** Tests wait less. */
  readonly pollTimes?: PollTimes;
}

/** Which of the certificates an order is for. */
export interface OrderChoice {
  /** One of its names; undefined: all. */
  readonly name: string | undefined;
  /** missing: those that have none of the CA yet. */
  readonly which: 'missing' | 'all';
  /** At Let's Encrypt's test environment, keeping nothing. */
  readonly isRehearsal: boolean;
}

export class AcmeKeeper {
  readonly #certificates = new Map<number, AcmeCertificate>();
  readonly #sources = new Map<number, AcmeSettings>();
  readonly #ending = new AbortController();
  readonly #cleanupEnding = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #orders = 0;

  constructor(options: AcmeKeeperOptions) {
    const { settings, surroundings, onCertificate } = options;
    const state = new AcmeState(settings.stateDirectory, (level, message) => surroundings.log(level, message));
    const parts: OrderParts = {
      stateDirectory: settings.stateDirectory,
      lookup: options.lookup,
      upstream: options.upstream,
      publishedChallenges: new PublishedChallenges(options.publishChallenges),
      tokens: options.tokens,
      pollTimes: options.pollTimes ?? POLL_TIMES,
      signal: this.#ending.signal,
      cleanupSignal: this.#cleanupEnding.signal,
    };
    const sources = settings.certificates.map(({ source }) => source).filter((source) => source.kind === 'acme');
    for (const [index, { names, source }] of settings.certificates.entries()) {
      if (source.kind !== 'acme') continue;
      const certificate = new AcmeCertificate({
        names,
        source,
        sources,
        certificateDirectory: settings.certificateDirectory,
        parts,
        state,
        surroundings,
        inTurn: (task) => this.#inTurn(task),
        nextOrderNumber: () => ++this.#orders,
        onCertificate: (snapshot) => onCertificate(index, snapshot),
      });
      this.#certificates.set(index, certificate);
      this.#sources.set(index, source);
    }
    state.keepOnly(new Set([...this.#certificates.values()].map(({ id }) => id)));
  }

  /** Challenges can be answered from now on. */
  start(): void {
    for (const certificate of this.#certificates.values()) certificate.start();
  }

  networkIsBack(): void {
    for (const certificate of this.#certificates.values()) certificate.networkIsBack();
  }

  /** Of the certificate at this place of the settings; undefined for other sources. */
  report(index: number): AcmeReport | undefined {
    return this.#certificates.get(index)?.report;
  }

  /** When the certificate at this place is to be renewed, as long as nothing has gone wrong. */
  plannedRenewal(index: number): number | undefined {
    return this.#certificates.get(index)?.plannedRenewal;
  }

  /** Begins orders; the result are their numbers, or why there are none. */
  order({ name, which, isRehearsal }: OrderChoice): readonly number[] | string {
    if (this.#certificates.size === 0) return 'no certificate of the configuration has source = "acme"';
    let chosen = [...this.#certificates].filter(([, { names }]) => name === undefined || names.includes(name));
    if (chosen.length === 0) return `no certificate with source = "acme" has the name ${name}`;
    if (isRehearsal) {
      chosen = chosen.filter(([index]) => isLetsEncrypt(this.#sources.get(index)!.directory));
      if (chosen.length === 0) return "only Let's Encrypt has a test environment that is known here";
    } else if (which === 'missing') {
      chosen = chosen.filter(([, certificate]) => !certificate.isUsable);
      if (chosen.length === 0) return 'these certificates are there already; "sotto cert renew" orders them anew';
    }
    return chosen.map(([, certificate]) => certificate.orderNow(isRehearsal));
  }

  async stop(): Promise<void> {
    for (const certificate of this.#certificates.values()) certificate.stop();
    this.#ending.abort();
    const overdue = setTimeout(() => this.#cleanupEnding.abort(), CLEANUP_MILLISECONDS);
    await this.#turn;
    clearTimeout(overdue);
  }

  /** Never rejects: a task handles what goes wrong in it. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(task).catch(() => undefined);
    return this.#turn;
  }
}
