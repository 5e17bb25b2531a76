// A client that waits: what has to be kept of its query while the upstream is asked, and how its answer begins later.

import type { AnswerKey } from '../../memory/answer-cache/answer-cache.ts';
import { copyQuery } from '../../wire/query-copy.ts';
import { readQuery } from '../../wire/query-reader.ts';
import { turnKeyTo } from '../answers/answer-key.ts';
import type { KeptDerivation } from '../derivation/derivation.ts';
import type { ReplySink } from '../listeners/listener.ts';
import type { Query } from '../query.ts';

export interface Waiter {
  readonly sink: ReplySink;
  readonly returnPath: object;
  /** What its answer depends on of the client's message (wire/query-copy.ts). */
  readonly message: Uint8Array;
  readonly clientAddress: Uint8Array;
  readonly clientId: string;
  /** What is asked for it, and of whom. */
  readonly asked: AnswerKey;
  readonly forwarder: number;
  /** Undefined where the answer is handed on as it is. */
  readonly derivation: KeptDerivation | undefined;
  /** In force when it began to wait. */
  readonly policyGeneration: number;
  readonly askedAnew: number;
}

/** Copies of everything: the listener's buffers are about to be overwritten. `asked`: a copy of the query's. */
export function keepWaiter(query: Query, asked: AnswerKey): Waiter {
  return {
    sink: query.sink,
    returnPath: query.sink.retain(query.returnPath),
    message: copyQuery(query.message, query.facts),
    clientAddress: new Uint8Array(query.clientAddress),
    clientId: query.clientId,
    asked,
    forwarder: query.local.forwarder,
    derivation: query.derivation.isInUse ? query.derivation.keep() : undefined,
    policyGeneration: query.policyGeneration,
    askedAnew: query.askedAnew,
  };
}

/** Makes `query` the waiter's again, as far as a bug cannot hurt: from here on there is a sink to answer. */
export function beginAgain(query: Query, waiter: Waiter, nowSeconds: number): void {
  const { sink, returnPath, message, clientAddress } = waiter;
  query.begin(sink, returnPath, message, message.length, clientAddress, nowSeconds);
}

/** Reads what was kept, so that `query` says what it said when its client began to wait. */
export function restoreWaiter(query: Query, waiter: Waiter): void {
  readQuery(waiter.message, waiter.message.length, query.facts);
  turnKeyTo(query.asked, waiter.asked, waiter.asked.type, waiter.asked.variant);
  query.hasher.hash(query.asked.name, query.asked.nameLength);
  query.clientId = waiter.clientId;
  query.local.forwarder = waiter.forwarder;
  query.askedAnew = waiter.askedAnew;
  if (waiter.derivation !== undefined) query.derivation.restore(waiter.derivation);
}
