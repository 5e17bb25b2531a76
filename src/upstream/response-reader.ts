// Who asked on a stream, as the HTTP/2 client sees it.

import type { ResponseHead } from './response-head.ts';

/** After `onEnd`, `onReset` or `onUnprocessed` the stream is over and nothing more is heard. */
export interface ResponseReader {
  /** The final response begins; `head` is valid during the call. */
  onHead(head: ResponseHead): void;
  /** Some of the body: bytes [start, end), valid during the call. `isLast`: `onEnd` follows at once. */
  onData(bytes: Uint8Array, start: number, end: number, isLast: boolean): void;
  onEnd(): void;
  /** The server ended the stream, or sent what no response may be. */
  onReset(errorCode: number): void;
  /** The server says that it has not looked at the request: it may be repeated, at no risk. */
  onUnprocessed(): void;
}
