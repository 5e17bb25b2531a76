// What we say to a server: the frames of a client that sends requests without bodies, written behind what is already to be sent.

import {
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  GOAWAY_MIN_BYTES,
  INITIAL_WINDOW_BYTES,
  NUMBER_FRAME_BYTES,
  PING_BYTES,
  SETTING,
  SETTING_BYTES,
  writeFrameHeader,
  writeGoaway,
  writeNumberFrame,
  writeSettings,
} from '../http2/frame.ts';
import { CONNECTION_WINDOW_BYTES, STREAM_WINDOW_BYTES } from './connection-windows.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { RequestTemplate } from './request-template.ts';

export const FIRST_STREAM_ID = 1;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** The first octets of a connection (RFC 9113 section 3.4): nothing may be pushed, and windows that no DNS message fills. */
export function sendPreface(output: OutputBuffer): void {
  const start = output.reserve(PREFACE.length + FRAME_HEADER_BYTES + 2 * SETTING_BYTES);
  output.bytes.set(PREFACE, start);
  output.length = writeSettings(output.bytes, start + PREFACE.length, [
    [SETTING.ENABLE_PUSH, 0],
    [SETTING.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
  ]);
  sendWindowUpdate(output, CONNECTION_WINDOW_BYTES - INITIAL_WINDOW_BYTES);
}

/** A request by GET: one HEADERS frame that ends our side of the stream. */
export function sendRequest(
  output: OutputBuffer,
  template: RequestTemplate,
  query: Uint8Array,
  streamId: number,
): void {
  const start = output.reserve(FRAME_HEADER_BYTES + template.lengthFor(query));
  const end = template.write(query, streamId === FIRST_STREAM_ID, output.bytes, start + FRAME_HEADER_BYTES);
  const length = end - start - FRAME_HEADER_BYTES;
  writeFrameHeader(output.bytes, start, length, FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, streamId);
  output.length = end;
}

export function sendReset(output: OutputBuffer, streamId: number, errorCode: number): void {
  const start = output.reserve(NUMBER_FRAME_BYTES);
  output.length = writeNumberFrame(output.bytes, start, FRAME.RST_STREAM, streamId, errorCode);
}

/** Opens the connection's window by `increment` octets. */
export function sendWindowUpdate(output: OutputBuffer, increment: number): void {
  const start = output.reserve(NUMBER_FRAME_BYTES);
  output.length = writeNumberFrame(output.bytes, start, FRAME.WINDOW_UPDATE, 0, increment);
}

export function sendSettingsAcknowledgement(output: OutputBuffer): void {
  const start = output.reserve(FRAME_HEADER_BYTES);
  output.length = writeFrameHeader(output.bytes, start, 0, FRAME.SETTINGS, FLAG.ACK, 0);
}

export function sendPing(output: OutputBuffer): void {
  const start = output.reserve(FRAME_HEADER_BYTES + PING_BYTES);
  const payload = writeFrameHeader(output.bytes, start, PING_BYTES, FRAME.PING, 0, 0);
  output.bytes.fill(0, payload, payload + PING_BYTES);
  output.length = payload + PING_BYTES;
}

/** The answer to a PING whose payload stands at `start`. */
export function sendPong(output: OutputBuffer, bytes: Uint8Array, start: number): void {
  const offset = output.reserve(FRAME_HEADER_BYTES + PING_BYTES);
  const payload = writeFrameHeader(output.bytes, offset, PING_BYTES, FRAME.PING, FLAG.ACK, 0);
  for (let i = 0; i < PING_BYTES; i++) output.bytes[payload + i] = bytes[start + i]!;
  output.length = payload + PING_BYTES;
}

/** The last frame: the connection ends. We have processed no stream of the server's. */
export function sendGoaway(output: OutputBuffer, errorCode: number): void {
  const start = output.reserve(FRAME_HEADER_BYTES + GOAWAY_MIN_BYTES);
  output.length = writeGoaway(output.bytes, start, 0, errorCode);
}
