// What the planes say to each other while they run. Every publication carries a number that each thread acknowledges once
// the new value serves all its queries; a thread's exit counts as its acknowledgement.

import type { ListeningSocket } from '../sockets/listening-socket.ts';
import type { UpstreamFailureCode } from '../upstream/upstream.ts';
import type { CertificateSnapshot, ChallengeCertificate, CookieSnapshot, LiveSettings } from './thread-start.ts';

/** Control plane to a query thread. */
export type ToThread =
  /** Groups and both tables change together, so that no query sees a table under another generation. */
  | {
      readonly kind: 'policy';
      readonly publication: number;
      readonly live: LiveSettings;
      readonly blockTable: SharedArrayBuffer;
      readonly rulesTable: SharedArrayBuffer;
    }
  | {
      readonly kind: 'certificates';
      readonly publication: number;
      readonly certificates: readonly CertificateSnapshot[];
    }
  /** All that wait, in place of those before; empty: none does. */
  | {
      readonly kind: 'challenges';
      readonly publication: number;
      readonly challenges: readonly ChallengeCertificate[];
    }
  /** 48 octets: TLS sessions are sealed with them from now on, and those sealed before are not resumed any more. */
  | { readonly kind: 'ticket-keys'; readonly publication: number; readonly ticketKeys: Uint8Array }
  | { readonly kind: 'cookies'; readonly publication: number; readonly cookies: CookieSnapshot }
  /** Open these listeners and begin to answer. */
  | { readonly kind: 'listen'; readonly publication: number; readonly sockets: readonly ListeningSocket[] }
  | { readonly kind: 'close-sockets'; readonly publication: number; readonly ids: readonly number[] }
  /** Stop accepting, answer what is in flight, then exit. */
  | { readonly kind: 'drain'; readonly graceMilliseconds: number };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A query thread to the control plane. */
export type FromThread =
  /** All of the thread's structures are built; it waits for `listen`. */
  | { readonly kind: 'started' }
  /** `fault`: why it cannot be used; what was in force stays. */
  | { readonly kind: 'acknowledged'; readonly publication: number; readonly fault?: string }
  /** A listener could not be opened. */
  | {
      readonly kind: 'listen-failed';
      readonly publication: number;
      readonly socketId: number;
      readonly code: string;
      readonly message: string;
    }
  /** Never carries queried names or client addresses. */
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly details: Readonly<Record<string, string | number>>;
    }
  | { readonly kind: 'upstream-up'; readonly server: string; readonly address: string }
  | { readonly kind: 'upstream-down'; readonly server: string; readonly code: string; readonly detail: string }
  /** One of the resolvers of a [[zone]] asks us what we ask it; as the settings name them. Once a thread. */
  | { readonly kind: 'zone-loop'; readonly zone: string; readonly resolvers: string }
  /** The resolvers of a [[zone]] table stopped answering, as this thread sees it; the zone as the operator wrote it. */
  | {
      readonly kind: 'zone-down';
      readonly zone: string;
      readonly resolvers: string;
      readonly code: UpstreamFailureCode;
      readonly detail: string;
    }
  /** They answer, at the start or again. */
  | { readonly kind: 'zone-up'; readonly zone: string; readonly resolvers: string }
  /** One of them does not recurse. Once a thread. */
  | { readonly kind: 'zone-referral'; readonly zone: string; readonly resolvers: string }
  | { readonly kind: 'drained' };
