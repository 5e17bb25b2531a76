// The requests of one connection whose responses are not complete: what the frames of a stream mean to who asked on it, and what
// no response may be (RFC 9113 sections 5.1 and 8.1). What is wrong with one response ends that one alone.

import { COST, type FloodBudget } from '../http2/flood-budget.ts';
import { ERROR, FLAG } from '../http2/frame.ts';
import { unpaddedEnd, unpaddedStart } from '../http2/frame-rules.ts';
import { FIRST_STREAM_ID, sendReset } from './client-frames.ts';
import { STREAM_WINDOW_BYTES } from './connection-windows.ts';
import { LateFrames } from './late-frames.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { ResponseHead } from './response-head.ts';
import type { ResponseReader } from './response-reader.ts';

/** A response on its way. */
interface Stream {
  readonly id: number;
  readonly reader: ResponseReader;
  /** Flow-controlled octets so far. */
  receivedBytes: number;
  dataFrames: number;
  hasHead: boolean;
  /** The server has ended it: nothing more comes, and there is nothing left to reset. */
  hasEnded: boolean;
}

/** The longest DNS message in frames of 1,024 octets; more frames than that say too little each, and are charged. */
const FREE_DATA_FRAMES = 64;

/** Each method that takes a frame returns NO_ERROR, or the error code with which the connection has to end. */
export class ResponseStreams {
  readonly #output: OutputBuffer;
  readonly #flood: FloodBudget;
  readonly #streams = new Map<number, Stream>();
  readonly #late = new LateFrames();
  #nextId: number = FIRST_STREAM_ID;

  constructor(output: OutputBuffer, flood: FloodBudget) {
    this.#output = output;
    this.#flood = flood;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** The stream of a new request. */
  open(reader: ResponseReader): number {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#streams.set(id, { id, reader, receivedBytes: 0, dataFrames: 0, hasHead: false, hasEnded: false });
    return id;
  }

  /** Its reader hears nothing more. */
  cancel(id: number, errorCode: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    if (stream.hasEnded) return;
    sendReset(this.#output, id, errorCode);
    this.#late.noteReset();
  }

  /** Takes out the requests above `lastId`, which the server has not looked at (section 6.8), and returns who asked. */
  takeUnprocessed(lastId: number): ResponseReader[] {
    const readers: ResponseReader[] = [];
    for (const [id, { reader }] of this.#streams) {
      if (id <= lastId) continue;
      this.#streams.delete(id);
      readers.push(reader);
    }
    return readers;
  }

  /** A whole head has come: of a response, or the trailers behind one. `endsStream`: nothing follows. */
  onHead(streamId: number, head: ResponseHead, endsStream: boolean): number {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onNoStream(streamId);
    stream.hasEnded = endsStream;
    if (stream.hasHead) {
      // Trailers, which we have no use for: they end the response.
      if (!endsStream || head.isMalformed || head.status >= 0) return this.#refuse(stream);
      return this.#end(stream);
    }
    if (head.isMalformed || head.status < 0) return this.#refuse(stream);
    if (head.isInterim) return endsStream ? this.#refuse(stream) : this.#flood.chargeFrame(COST.IDLE);
    stream.hasHead = true;
    stream.reader.onHead(head);
    return endsStream ? this.#end(stream) : ERROR.NO_ERROR;
  }

  onData(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    const from = unpaddedStart(flags, start);
    const to = unpaddedEnd(flags, bytes, start, end);
    if (to < 0) return ERROR.PROTOCOL_ERROR;
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onNoStream(streamId);
    const isLast = (flags & FLAG.END_STREAM) !== 0;
    stream.hasEnded = isLast;
    if (!stream.hasHead) return this.#refuse(stream);
    stream.receivedBytes += end - start;
    if (stream.receivedBytes > STREAM_WINDOW_BYTES) return ERROR.FLOW_CONTROL_ERROR;
    stream.dataFrames++;
    if (from < to) stream.reader.onData(bytes, from, to, isLast);
    if (isLast) return this.#end(stream);
    const isIdle = from === to || stream.dataFrames > FREE_DATA_FRAMES;
    return isIdle ? this.#flood.chargeFrame(COST.IDLE) : ERROR.NO_ERROR;
  }

  onReset(streamId: number, errorCode: number): number {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onNoStream(streamId);
    this.#streams.delete(streamId);
    if (errorCode === ERROR.REFUSED_STREAM) stream.reader.onUnprocessed();
    else stream.reader.onReset(errorCode);
    return ERROR.NO_ERROR;
  }

  /** The window of a stream on which we send nothing. */
  onWindowUpdate(streamId: number, increment: number): number {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onNoStream(streamId);
    return increment === 0 ? this.#refuse(stream) : this.#flood.chargeFrame(COST.IDLE);
  }

  /** The response is complete, unless its reader has turned it down on the way. */
  #end(stream: Stream): number {
    if (!this.#streams.delete(stream.id)) return ERROR.NO_ERROR;
    this.#flood.earn();
    stream.reader.onEnd();
    return ERROR.NO_ERROR;
  }

  /** A stream error (section 5.4.2): what came is no response. */
  #refuse(stream: Stream): number {
    this.cancel(stream.id, ERROR.PROTOCOL_ERROR);
    stream.reader.onReset(ERROR.PROTOCOL_ERROR);
    return this.#flood.chargeFrame(COST.IDLE);
  }

  /** A frame of a stream that is over, or that we never opened. */
  #onNoStream(streamId: number): number {
    const wasOpened = (streamId & 1) === 1 && streamId < this.#nextId;
    if (!wasOpened) return ERROR.PROTOCOL_ERROR;
    return this.#late.excuse() ? ERROR.NO_ERROR : this.#flood.chargeFrame(COST.IDLE);
  }
}
