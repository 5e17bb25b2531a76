// Frames of HTTP/2 (RFC 9113 sections 4, 6 and 7): numbers, the nine octets in front, and the frames both sides write.

import { writeUint16, writeUint32 } from '../wire/header.ts';

export const FRAME_HEADER_BYTES = 9;
/** The largest payload that is never too large; we announce no larger one. */
export const FRAME_PAYLOAD_MAX_BYTES = 16_384;
/** Of a stream and of the connection, until somebody says otherwise. */
export const INITIAL_WINDOW_BYTES = 65_535;
export const WINDOW_MAX_BYTES = 0x7fff_ffff;
export const STREAM_ID_MAX = 0x7fff_ffff;
export const PING_BYTES = 8;

export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const FLAG = {
  END_STREAM: 0x01,
  ACK: 0x01,
  END_HEADERS: 0x04,
  PADDED: 0x08,
  PRIORITY: 0x20,
} as const;

export const SETTING = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;
export const SETTING_BYTES = 6;

/** Error codes (section 7). What reads frames returns one of them. */
export const ERROR = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  CONNECT_ERROR: 10,
  ENHANCE_YOUR_CALM: 11,
  INADEQUATE_SECURITY: 12,
  HTTP_1_1_REQUIRED: 13,
} as const;

const ERROR_NAMES = Object.keys(ERROR);

/** For people; peers may send codes that nobody knows. */
export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `error ${code}`;
}

/** Writes the header of a frame; returns where its payload begins. */
export function writeFrameHeader(
  bytes: Uint8Array,
  offset: number,
  payloadLength: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  bytes[offset] = payloadLength >>> 16;
  bytes[offset + 1] = payloadLength >>> 8;
  bytes[offset + 2] = payloadLength;
  bytes[offset + 3] = type;
  bytes[offset + 4] = flags;
  writeUint32(bytes, offset + 5, streamId);
  return offset + FRAME_HEADER_BYTES;
}

/** RST_STREAM or WINDOW_UPDATE: one number. Returns the end. */
export function writeNumberFrame(
  bytes: Uint8Array,
  offset: number,
  type: typeof FRAME.RST_STREAM | typeof FRAME.WINDOW_UPDATE,
  streamId: number,
  value: number,
): number {
  const payload = writeFrameHeader(bytes, offset, 4, type, 0, streamId);
  writeUint32(bytes, payload, value);
  return payload + 4;
}
export const NUMBER_FRAME_BYTES: number = FRAME_HEADER_BYTES + 4;

/** SETTINGS with the given pairs of identifier and value. Returns the end. */
export function writeSettings(
  bytes: Uint8Array,
  offset: number,
  settings: readonly (readonly [identifier: number, value: number])[],
): number {
  let position = writeFrameHeader(bytes, offset, settings.length * SETTING_BYTES, FRAME.SETTINGS, 0, 0);
  for (const [identifier, value] of settings) {
    writeUint16(bytes, position, identifier);
    writeUint32(bytes, position + 2, value);
    position += SETTING_BYTES;
  }
  return position;
}

/** GOAWAY without words. Returns the end. */
export function writeGoaway(bytes: Uint8Array, offset: number, lastStreamId: number, errorCode: number): number {
  const payload = writeFrameHeader(bytes, offset, GOAWAY_MIN_BYTES, FRAME.GOAWAY, 0, 0);
  writeUint32(bytes, payload, lastStreamId);
  writeUint32(bytes, payload + 4, errorCode);
  return payload + GOAWAY_MIN_BYTES;
}
export const GOAWAY_MIN_BYTES = 8;
