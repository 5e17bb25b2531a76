// What is done alike for every DoH request, whatever HTTP version carries it.

import {
  ALLOWED_METHODS,
  clientIdInTarget,
  DNS_MESSAGE,
  decodeDnsParameter,
  judgeRequest,
  PARAMETER_MAX_BYTES,
  READ_BODY,
  READ_PARAMETER,
  type RequestHead,
} from './doh-request.ts';
import { freshnessSeconds } from './reply-freshness.ts';

/** One request and its response, in the hands of an engine. */
export interface DohExchange {
  /** Of the client, where its path has one; set before it asks. */
  clientId: string;
  /** Collects the body, then asks what it says. */
  readBody(): void;
  /** Gives a query to the handler; one that is too short to be a message (also 0 octets) is refused with 400. */
  ask(message: Uint8Array, length: number): void;
  /** Responds with an HTTP error. */
  refuse(status: number): void;
}

const BAD_REQUEST = 400;

/** Where a query in the URL is decoded to; only used until the handler has read it. */
const parameterMessage = new Uint8Array(PARAMETER_MAX_BYTES);

/** Sets a request on its way. */
export function beginExchange(exchange: DohExchange, head: RequestHead): void {
  const verdict = judgeRequest(head);
  if (verdict < BAD_REQUEST) exchange.clientId = clientIdInTarget(head.target!);
  if (verdict === READ_BODY) exchange.readBody();
  else if (verdict === READ_PARAMETER)
    exchange.ask(parameterMessage, decodeDnsParameter(head.target!, parameterMessage));
  else exchange.refuse(verdict);
}

/** Header fields of a 200. A stale answer is for this client alone: others may still get a fresh one. */
export function replyFields(reply: Uint8Array, length: number, isStale: boolean): Record<string, string | number> {
  return {
    'content-type': DNS_MESSAGE,
    'content-length': length,
    'cache-control': `max-age=${isStale ? 0 : freshnessSeconds(reply, length)}`,
  };
}

/** Header fields of an error. */
export function refusalFields(status: number): Record<string, string | number> {
  if (status === 405) return { 'content-length': 0, allow: ALLOWED_METHODS };
  if (status === 503) return { 'content-length': 0, 'retry-after': 1 };
  return { 'content-length': 0 };
}
