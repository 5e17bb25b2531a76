// The client's side of one HTTP/2 connection (RFC 9113), as bytes: requests by GET go out in one frame each, responses are
// handed to who asked. No socket, no time: connection.ts has them. Whatever the server sends is either understood or ends
// in `onFault`, with bounded work and memory (http2/README.md).

import { COST, FloodBudget } from '../http2/flood-budget.ts';
import {
  ERROR,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_MAX_BYTES,
  INITIAL_WINDOW_BYTES,
  NUMBER_FRAME_BYTES,
  PING_BYTES,
  SETTING,
  SETTING_BYTES,
  STREAM_ID_MAX,
  WINDOW_MAX_BYTES,
  writeFrameHeader,
  writeGoaway,
  writeNumberFrame,
  writeSettings,
} from '../http2/frame.ts';
import { FrameReader, type FrameSink } from '../http2/frame-reader.ts';
import { paddingLength } from '../http2/frame-rules.ts';
import { HeaderBlock } from '../http2/header-block.ts';
import { HpackDecoder } from '../http2/hpack-decoder.ts';
import { readUint16, readUint32 } from '../wire/header.ts';
import { OutputBuffer } from './output-buffer.ts';
import type { RequestTemplate } from './request-template.ts';
import { ResponseHead } from './response-head.ts';

/** Who asked. After `onEnd`, `onReset` or `onUnprocessed` the stream is over and nothing more is heard. */
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

export interface Http2ClientOwner {
  /** The server wants no more requests on this connection. */
  onGoaway(): void;
  /** The server answered our PING. */
  onPong(): void;
  /** `streamsMax` may have changed. */
  onSettings(): void;
}

/** A response on its way. */
interface Stream {
  readonly id: number;
  readonly reader: ResponseReader;
  /** Flow-controlled octets so far. */
  receivedBytes: number;
  hasHead: boolean;
}

/** A DNS message fits, with as much again for the padding of frames; what is longer is cut off by who reads it. */
const STREAM_WINDOW_BYTES = 2 * 65_536;
const CONNECTION_WINDOW_BYTES = 1_048_576;
/** What nobody reads any more is not piled up. */
export const UNSENT_MAX_BYTES = 262_144;

/** A response in small frames; what is more is charged. */
const LATE_FRAMES_PER_STREAM = 16;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export class Http2Client implements FrameSink {
  readonly #template: RequestTemplate;
  readonly #owner: Http2ClientOwner;
  readonly #streams = new Map<number, Stream>();
  readonly #reader = new FrameReader(this);
  readonly #block = new HeaderBlock();
  readonly #decoder = new HpackDecoder();
  readonly #head = new ResponseHead();
  readonly #flood: FloodBudget;
  #nextStreamId = 1;
  #unacknowledgedBytes = 0;
  #sendWindowBytes = INITIAL_WINDOW_BYTES;
  #hasSettings = false;
  /** How many frames may still come for streams that we reset. */
  #lateFrames = 0;
  /** What is to be sent; the owner takes it from here. */
  readonly output: OutputBuffer = new OutputBuffer();
  /** How many streams the server allows. */
  streamsMax = Infinity;

  /** `clock`: monotonic milliseconds. */
  constructor(template: RequestTemplate, clock: () => number, owner: Http2ClientOwner) {
    this.#template = template;
    this.#owner = owner;
    this.#flood = new FloodBudget(clock);
    this.#writePreface();
  }

  /** Requests without a complete response. */
  get streamCount(): number {
    return this.#streams.size;
  }

  /** Sends a request; returns its stream. The caller keeps to `streamsMax`, and to the number of identifiers there are. */
  request(query: Uint8Array, reader: ResponseReader): number {
    const id = this.#nextStreamId;
    this.#nextStreamId += 2;
    this.#streams.set(id, { id, reader, receivedBytes: 0, hasHead: false });
    const { output } = this;
    const start = output.reserve(FRAME_HEADER_BYTES + this.#template.lengthFor(query));
    const end = this.#template.write(query, id === 1, output.bytes, start + FRAME_HEADER_BYTES);
    const length = end - start - FRAME_HEADER_BYTES;
    writeFrameHeader(output.bytes, start, length, FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, id);
    output.length = end;
    return id;
  }

  /** The response is no longer wanted: its reader hears nothing more. */
  cancel(streamId: number, errorCode: number = ERROR.CANCEL): void {
    if (!this.#streams.delete(streamId)) return;
    this.#writeNumber(FRAME.RST_STREAM, streamId, errorCode);
    this.#lateFrames += LATE_FRAMES_PER_STREAM;
  }

  ping(): void {
    const start = this.output.reserve(FRAME_HEADER_BYTES + PING_BYTES);
    const payload = writeFrameHeader(this.output.bytes, start, PING_BYTES, FRAME.PING, 0, 0);
    this.output.bytes.fill(0, payload, payload + PING_BYTES);
    this.output.length = payload + PING_BYTES;
  }

  /** The last frame: the connection ends. */
  goaway(errorCode: number): void {
    const start = this.output.reserve(2 * NUMBER_FRAME_BYTES);
    this.output.length = writeGoaway(this.output.bytes, start, 0, errorCode);
  }

  /** Takes what came from the server. NO_ERROR, or the error code with which the connection has to end. */
  receive(chunk: Uint8Array): number {
    const fault = this.#reader.read(chunk);
    return fault === ERROR.NO_ERROR && this.output.length > UNSENT_MAX_BYTES ? ERROR.ENHANCE_YOUR_CALM : fault;
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    // Section 3.4: SETTINGS first. Section 6.10: nothing between a header block and its end.
    if (!this.#hasSettings && type !== FRAME.SETTINGS) return ERROR.PROTOCOL_ERROR;
    if (this.#block.streamId !== 0 && (type !== FRAME.CONTINUATION || streamId !== this.#block.streamId))
      return ERROR.PROTOCOL_ERROR;
    switch (type) {
      case FRAME.DATA:
        return this.#onData(flags, streamId, bytes, start, end);
      case FRAME.HEADERS:
        return this.#onHeaders(flags, streamId, bytes, start, end);
      case FRAME.CONTINUATION:
        return this.#onContinuation(flags, streamId, bytes, start, end);
      case FRAME.RST_STREAM:
        return this.#onReset(streamId, readUint32(bytes, start));
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
        return this.#charge(COST.IDLE);
    }
  }

  #onHeaders(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    if (!this.#wasOpened(streamId)) return ERROR.PROTOCOL_ERROR;
    const fault = this.#block.begin(flags, streamId, bytes, start, end);
    if (fault !== ERROR.NO_ERROR || this.#block.streamId !== 0) return fault;
    return this.#onBlock(streamId);
  }

  #onContinuation(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    if (this.#block.streamId === 0) return ERROR.PROTOCOL_ERROR;
    const fault = this.#block.add(flags, bytes, start, end);
    if (fault !== ERROR.NO_ERROR || this.#block.streamId !== 0) return fault;
    return this.#onBlock(streamId);
  }

  /** A whole header block. It is decoded also where nobody wants it any more: later blocks build on it. */
  #onBlock(streamId: number): number {
    const head = this.#head;
    head.begin();
    const fault = this.#decoder.decode(this.#block.bytes, this.#block.start, this.#block.end, head);
    if (fault !== ERROR.NO_ERROR) return fault;
    const { endsStream } = this.#block;
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onLateFrame();
    if (stream.hasHead) {
      // Trailers, which we have no use for (RFC 9113 section 8.1): they end the response.
      if (!endsStream || head.isMalformed || head.status >= 0) return this.#refuse(stream);
      this.#end(stream);
      return ERROR.NO_ERROR;
    }
    if (head.isMalformed || head.status < 0) return this.#refuse(stream);
    if (head.status < 200) return endsStream ? this.#refuse(stream) : this.#charge(COST.IDLE);
    stream.hasHead = true;
    stream.reader.onHead(head);
    if (endsStream && this.#streams.has(streamId)) this.#end(stream);
    return ERROR.NO_ERROR;
  }

  #onData(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    if (!this.#wasOpened(streamId)) return ERROR.PROTOCOL_ERROR;
    const flowBytes = end - start;
    const fault = this.#countReceived(flowBytes);
    if (fault !== ERROR.NO_ERROR) return fault;
    let from = start;
    let to = end;
    if ((flags & FLAG.PADDED) !== 0) {
      const padding = paddingLength(bytes, start, end);
      if (padding < 0) return ERROR.PROTOCOL_ERROR;
      from += 1;
      to -= padding;
    }
    const isLast = (flags & FLAG.END_STREAM) !== 0;
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onLateFrame();
    if (!stream.hasHead) return this.#refuse(stream);
    stream.receivedBytes += flowBytes;
    if (stream.receivedBytes > STREAM_WINDOW_BYTES) return ERROR.FLOW_CONTROL_ERROR;
    if (from < to) stream.reader.onData(bytes, from, to, isLast);
    else if (!isLast && !this.#flood.charge(COST.IDLE)) return ERROR.ENHANCE_YOUR_CALM;
    if (isLast && this.#streams.has(streamId)) this.#end(stream);
    return ERROR.NO_ERROR;
  }

  /** Counts against the connection's window, and opens it again when half of it is used. */
  #countReceived(flowBytes: number): number {
    this.#unacknowledgedBytes += flowBytes;
    if (this.#unacknowledgedBytes > CONNECTION_WINDOW_BYTES) return ERROR.FLOW_CONTROL_ERROR;
    if (this.#unacknowledgedBytes > CONNECTION_WINDOW_BYTES / 2) {
      this.#writeNumber(FRAME.WINDOW_UPDATE, 0, this.#unacknowledgedBytes);
      this.#unacknowledgedBytes = 0;
    }
    return ERROR.NO_ERROR;
  }

  #onReset(streamId: number, errorCode: number): number {
    if (!this.#wasOpened(streamId)) return ERROR.PROTOCOL_ERROR;
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return this.#onLateFrame();
    this.#streams.delete(streamId);
    if (errorCode === ERROR.REFUSED_STREAM) stream.reader.onUnprocessed();
    else stream.reader.onReset(errorCode);
    return ERROR.NO_ERROR;
  }

  #onSettings(flags: number, bytes: Uint8Array, start: number, end: number): number {
    if ((flags & FLAG.ACK) !== 0) return this.#hasSettings ? this.#charge(COST.IDLE) : ERROR.PROTOCOL_ERROR;
    this.#hasSettings = true;
    for (let position = start; position < end; position += SETTING_BYTES) {
      const value = readUint32(bytes, position + 2);
      switch (readUint16(bytes, position)) {
        case SETTING.ENABLE_PUSH:
          // Section 6.5.2: a server may only say 0.
          if (value !== 0) return ERROR.PROTOCOL_ERROR;
          break;
        case SETTING.MAX_CONCURRENT_STREAMS:
          this.streamsMax = value;
          break;
        case SETTING.INITIAL_WINDOW_SIZE:
          // We send no bodies; but such a window is an error all the same.
          if (value > WINDOW_MAX_BYTES) return ERROR.FLOW_CONTROL_ERROR;
          break;
        case SETTING.MAX_FRAME_SIZE:
          if (value < FRAME_PAYLOAD_MAX_BYTES || value > 0xff_ffff) return ERROR.PROTOCOL_ERROR;
          break;
        // The size of the header table is all the same to an encoder without one.
      }
    }
    const offset = this.output.reserve(FRAME_HEADER_BYTES);
    this.output.length = writeFrameHeader(this.output.bytes, offset, 0, FRAME.SETTINGS, FLAG.ACK, 0);
    this.#owner.onSettings();
    return this.#charge(COST.ACKNOWLEDGED);
  }

  #onPing(flags: number, bytes: Uint8Array, start: number): number {
    if ((flags & FLAG.ACK) !== 0) {
      this.#owner.onPong();
      return this.#charge(COST.IDLE);
    }
    const offset = this.output.reserve(FRAME_HEADER_BYTES + PING_BYTES);
    const payload = writeFrameHeader(this.output.bytes, offset, PING_BYTES, FRAME.PING, FLAG.ACK, 0);
    for (let i = 0; i < PING_BYTES; i++) this.output.bytes[payload + i] = bytes[start + i]!;
    this.output.length = payload + PING_BYTES;
    return this.#charge(COST.ACKNOWLEDGED);
  }

  /** Streams above the last one that the server looked at may be repeated elsewhere (section 6.8). */
  #onGoaway(lastStreamId: number): number {
    const unprocessed: ResponseReader[] = [];
    for (const [id, { reader }] of this.#streams) {
      if (id <= lastStreamId) continue;
      this.#streams.delete(id);
      unprocessed.push(reader);
    }
    // First, so that nothing is repeated on this connection.
    this.#owner.onGoaway();
    for (const reader of unprocessed) reader.onUnprocessed();
    return this.#charge(COST.ACKNOWLEDGED);
  }

  /** Of no use to one who sends no bodies, but bounded by section 6.9.1 all the same. */
  #onWindowUpdate(streamId: number, increment: number): number {
    if (streamId !== 0) {
      if (!this.#wasOpened(streamId)) return ERROR.PROTOCOL_ERROR;
      const stream = this.#streams.get(streamId);
      if (increment === 0 && stream !== undefined) return this.#refuse(stream);
      return this.#charge(COST.IDLE);
    }
    if (increment === 0) return ERROR.PROTOCOL_ERROR;
    this.#sendWindowBytes += increment;
    return this.#sendWindowBytes > WINDOW_MAX_BYTES ? ERROR.FLOW_CONTROL_ERROR : this.#charge(COST.IDLE);
  }

  #end(stream: Stream): void {
    this.#streams.delete(stream.id);
    this.#flood.earn();
    stream.reader.onEnd();
  }

  /** A stream error (section 5.4.2): what came is no response. */
  #refuse(stream: Stream): number {
    this.cancel(stream.id, ERROR.PROTOCOL_ERROR);
    stream.reader.onReset(ERROR.PROTOCOL_ERROR);
    return this.#charge(COST.IDLE);
  }

  /** Of a stream that is over: what was on its way when we reset it is no offense. */
  #onLateFrame(): number {
    if (this.#lateFrames === 0) return this.#charge(COST.IDLE);
    this.#lateFrames--;
    return ERROR.NO_ERROR;
  }

  /** Whether it is a stream that we opened, be it over or not. */
  #wasOpened(streamId: number): boolean {
    return (streamId & 1) === 1 && streamId < this.#nextStreamId;
  }

  #charge(points: number): number {
    return this.#flood.charge(points) ? ERROR.NO_ERROR : ERROR.ENHANCE_YOUR_CALM;
  }

  #writePreface(): void {
    const { output } = this;
    const start = output.reserve(PREFACE.length + FRAME_HEADER_BYTES + 2 * SETTING_BYTES + NUMBER_FRAME_BYTES);
    output.bytes.set(PREFACE, start);
    output.length = writeSettings(output.bytes, start + PREFACE.length, [
      [SETTING.ENABLE_PUSH, 0],
      [SETTING.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
    ]);
    this.#writeNumber(FRAME.WINDOW_UPDATE, 0, CONNECTION_WINDOW_BYTES - INITIAL_WINDOW_BYTES);
  }

  #writeNumber(type: typeof FRAME.RST_STREAM | typeof FRAME.WINDOW_UPDATE, streamId: number, value: number): void {
    const start = this.output.reserve(NUMBER_FRAME_BYTES);
    this.output.length = writeNumberFrame(this.output.bytes, start, type, streamId, value);
  }
}
