// What one HTTP connection pays for asking nothing: requests refused, streams reset, PING and SETTINGS frames, content nobody
// wants. The points come off a FloodBudget (http2/flood-budget.ts); useful queries and the passing of time pay them back.

export const COST = {
  /** A request refused with a 4xx status. */
  REFUSED_REQUEST: 10,
  /** A stream that the client reset before its answer. */
  RESET: 3,
  /** A PING or SETTINGS frame: it makes us send one back. */
  CONTROL_FRAME: 5,
  /** A piece of content of a request that has none to be read: a GET, or one that was refused. */
  UNWANTED_CONTENT: 1,
} as const;
