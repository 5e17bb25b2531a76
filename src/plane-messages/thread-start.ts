// What a query thread is started with (workerData).

import type { AddressRange } from '../policy/access-list.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import type { UpstreamSettings } from '../upstream/upstream-settings.ts';

/** Immutable; a new one replaces the old whole. */
export interface LiveSettings {
  readonly policy: PolicySettings;
  readonly access: { readonly plain: readonly AddressRange[]; readonly encrypted: readonly AddressRange[] };
  /** Every configured list has been in force at least once. */
  readonly listsComplete: boolean;
  /** Rises with every change of policy or block table; stored beside cached answers. */
  readonly policyGeneration: number;
}

export interface CertificateSnapshot {
  readonly names: readonly string[];
  readonly keyPem: string;
  readonly chainPem: string;
}

export interface ThreadStart {
  /** From 1; also the owner number in shared memory. A restarted thread keeps it. */
  readonly threadSlot: number;
  /** How many query threads share upstream budgets. */
  readonly threads: number;
  readonly hashKey: Uint8Array;
  readonly answerCache: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly blockTable: SharedArrayBuffer;
  readonly live: LiveSettings;
  readonly upstreams: readonly UpstreamSettings[];
  /** The first is the default. */
  readonly certificates: readonly CertificateSnapshot[];
  /** 48 octets shared by all threads, so that a TLS session resumes on any of them. */
  readonly ticketKeys: Uint8Array;
}
