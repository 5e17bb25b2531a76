// The client's side of one HTTP/2 connection (RFC 9113), as bytes: requests by GET go out in one frame each, responses are
// handed to who asked. No socket, no time: connection.ts has them. Whatever the server sends is either understood or ends
// the connection with an error code, with bounded work and memory (http2/README.md).

import { COST, FloodBudget } from '../http2/flood-budget.ts';
import { ERROR, FLAG, FRAME, STREAM_ID_MAX, WINDOW_MAX_BYTES } from '../http2/frame.ts';
import { FrameReader, type FrameSink } from '../http2/frame-reader.ts';
import { readUint32 } from '../wire/header.ts';
import {
  sendGoaway,
  sendPing,
  sendPong,
  sendPreface,
  sendRequest,
  sendSettingsAcknowledgement,
  sendWindowUpdate,
} from './client-frames.ts';
import { ConnectionWindows } from './connection-windows.ts';
import { HeadReader } from './head-reader.ts';
import { OutputBuffer } from './output-buffer.ts';
import type { RequestTemplate } from './request-template.ts';
import type { ResponseReader } from './response-reader.ts';
import { ResponseStreams } from './response-streams.ts';
import { ServerSettings } from './server-settings.ts';

export interface Http2ClientOwner {
  /** The server wants no more requests on this connection. */
  onGoaway(): void;
  /** The server answered our PING. */
  onPong(): void;
  /** `streamsMax` may have changed. */
  onSettings(): void;
}

/** What nobody reads any more is not piled up. */
export const UNSENT_MAX_BYTES = 262_144;

export class Http2Client implements FrameSink {
  readonly #template: RequestTemplate;
  readonly #owner: Http2ClientOwner;
  readonly #flood: FloodBudget;
  readonly #streams: ResponseStreams;
  readonly #reader = new FrameReader(this);
  readonly #heads = new HeadReader();
  readonly #settings = new ServerSettings();
  readonly #windows = new ConnectionWindows();
  /** What is to be sent; the owner takes it from here. */
  readonly output: OutputBuffer = new OutputBuffer();

  /** `clock`: monotonic milliseconds. */
  constructor(template: RequestTemplate, clock: () => number, owner: Http2ClientOwner) {
    this.#template = template;
    this.#owner = owner;
    this.#flood = new FloodBudget(clock);
    this.#streams = new ResponseStreams(this.output, this.#flood);
    sendPreface(this.output);
  }

  /** Requests without a complete response. */
  get streamCount(): number {
    return this.#streams.count;
  }

  /** How many streams the server allows. */
  get streamsMax(): number {
    return this.#settings.streamsMax;
  }

  /** Sends a request; returns its stream. The caller keeps to `streamsMax`, and to the number of identifiers there are. */
  request(query: Uint8Array, reader: ResponseReader): number {
    const id = this.#streams.open(reader);
    sendRequest(this.output, this.#template, query, id);
    return id;
  }

  /** The response is no longer wanted: its reader hears nothing more. */
  cancel(streamId: number): void {
    this.#streams.cancel(streamId, ERROR.CANCEL);
  }

  ping(): void {
    sendPing(this.output);
  }

  /** The last frame: the connection ends. */
  goaway(errorCode: number): void {
    sendGoaway(this.output, errorCode);
  }

  /** Takes what came from the server. NO_ERROR, or the error code with which the connection has to end. */
  receive(chunk: Uint8Array): number {
    const fault = this.#reader.read(chunk);
    return fault === ERROR.NO_ERROR && this.output.length > UNSENT_MAX_BYTES ? ERROR.ENHANCE_YOUR_CALM : fault;
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    const isInOrder = this.#settings.haveCome ? this.#heads.allows(type, streamId) : type === FRAME.SETTINGS;
    if (!isInOrder) return ERROR.PROTOCOL_ERROR;
    switch (type) {
      case FRAME.DATA:
        this.#countReceived(end - start);
        return this.#streams.onData(flags, streamId, bytes, start, end);
      case FRAME.HEADERS:
        return this.#onHead(streamId, this.#heads.onHeaders(flags, streamId, bytes, start, end));
      case FRAME.CONTINUATION:
        return this.#onHead(streamId, this.#heads.onContinuation(flags, bytes, start, end));
      case FRAME.RST_STREAM:
        return this.#streams.onReset(streamId, readUint32(bytes, start));
      case FRAME.SETTINGS:
        return this.#onSettings(flags, bytes, start, end);
      case FRAME.PING:
        return this.#onPing(flags, bytes, start);
      case FRAME.GOAWAY:
        return this.#onGoaway(readUint32(bytes, start) & STREAM_ID_MAX);
      case FRAME.WINDOW_UPDATE:
        return this.#onWindowUpdate(streamId, readUint32(bytes, start) & WINDOW_MAX_BYTES);
      case FRAME.PUSH_PROMISE:
        // We said ENABLE_PUSH 0 (section 6.6).
        return ERROR.PROTOCOL_ERROR;
      default:
        return this.#flood.chargeFrame(COST.IDLE);
    }
  }

  /** `fault`: of the frame that may have completed it. */
  #onHead(streamId: number, fault: number): number {
    if (fault !== ERROR.NO_ERROR || !this.#heads.isWhole) return fault;
    return this.#streams.onHead(streamId, this.#heads.head, this.#heads.endsStream);
  }

  /** Whether anybody wants them or not. */
  #countReceived(flowBytes: number): void {
    const increment = this.#windows.receive(flowBytes);
    if (increment > 0) sendWindowUpdate(this.output, increment);
  }

  #onSettings(flags: number, bytes: Uint8Array, start: number, end: number): number {
    if ((flags & FLAG.ACK) !== 0)
      return this.#settings.haveCome ? this.#flood.chargeFrame(COST.IDLE) : ERROR.PROTOCOL_ERROR;
    const fault = this.#settings.apply(bytes, start, end);
    if (fault !== ERROR.NO_ERROR) return fault;
    sendSettingsAcknowledgement(this.output);
    this.#owner.onSettings();
    return this.#flood.chargeFrame(COST.ACKNOWLEDGED);
  }

  #onPing(flags: number, bytes: Uint8Array, start: number): number {
    if ((flags & FLAG.ACK) !== 0) {
      this.#owner.onPong();
      return this.#flood.chargeFrame(COST.IDLE);
    }
    sendPong(this.output, bytes, start);
    return this.#flood.chargeFrame(COST.ACKNOWLEDGED);
  }

  /** Streams above the last one that the server looked at may be repeated elsewhere (section 6.8). */
  #onGoaway(lastStreamId: number): number {
    const unprocessed = this.#streams.takeUnprocessed(lastStreamId);
    // First, so that nothing is repeated on this connection.
    this.#owner.onGoaway();
    for (const reader of unprocessed) reader.onUnprocessed();
    return this.#flood.chargeFrame(COST.ACKNOWLEDGED);
  }

  #onWindowUpdate(streamId: number, increment: number): number {
    if (streamId !== 0) return this.#streams.onWindowUpdate(streamId, increment);
    if (increment === 0) return ERROR.PROTOCOL_ERROR;
    return this.#windows.widenSend(increment) ? this.#flood.chargeFrame(COST.IDLE) : ERROR.FLOW_CONTROL_ERROR;
  }
}
