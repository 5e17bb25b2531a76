// The numbers that bound an upstream: how long, how often, how much. Tests hand in smaller ones.

export interface UpstreamLimits {
  /** An exchange is answered or has failed by then: four seconds less what the way through the gateway may cost. */
  readonly deadlineMilliseconds: number;
  /** A try that is unanswered for so long is joined by another one elsewhere; the first answer counts. */
  readonly nextTryMilliseconds: number;
  /** Requests sent for one exchange, all in all. */
  readonly triesPerExchange: number;
  /** TCP and TLS together. Long enough for a satellite: the next try does not wait for it. */
  readonly connectMilliseconds: number;
  /** Exchanges that wait at once; one more fails as `overloaded`. */
  readonly exchangesInFlight: number;
  /** Streams open at once on one connection; the server may lower it. More requests wait. */
  readonly streamsPerConnection: number;
  /** A connection is replaced after so many requests, long before its 2^30 stream identifiers run out. */
  readonly requestsPerConnection: number;
  /** A connection without requests is closed after this. */
  readonly idleMilliseconds: number;
  /** PINGs keep the way through a NAT open as long as the connection lives. */
  readonly pingMilliseconds: number;
  /** A server that fails so often in a row is asked a question that every server can answer. */
  readonly failuresBeforeProbe: number;
  /** Pause between two probes of a failing address; doubled up to the longest while another address works. */
  readonly probeMilliseconds: number;
  readonly longestProbeMilliseconds: number;
  /** Probing goes on for so long after the last exchange: longer than a failed question may be answered from memory. */
  readonly interestMilliseconds: number;
  /** A failure older than this no longer stops an exchange from trying. */
  readonly staleMilliseconds: number;
}

export const UPSTREAM_LIMITS: UpstreamLimits = Object.freeze({
  deadlineMilliseconds: 3_800,
  nextTryMilliseconds: 1_000,
  triesPerExchange: 3,
  connectMilliseconds: 2_500,
  exchangesInFlight: 2_000,
  streamsPerConnection: 100,
  requestsPerConnection: 1_000_000,
  idleMilliseconds: 120_000,
  pingMilliseconds: 20_000,
  failuresBeforeProbe: 3,
  probeMilliseconds: 1_000,
  longestProbeMilliseconds: 30_000,
  interestMilliseconds: 60_000,
  staleMilliseconds: 5_000,
});
