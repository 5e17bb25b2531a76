// What is wrong with a frame by itself, whoever gets it and whatever came before: its length and its stream (RFC 9113 section 6).

import { ERROR, FLAG, FRAME, FRAME_PAYLOAD_MAX_BYTES, GOAWAY_MIN_BYTES, PING_BYTES, SETTING_BYTES } from './frame.ts';

const PRIORITY_BYTES = 5;

/** Error code of the connection error that the header of a frame deserves, or NO_ERROR. */
export function frameFault(type: number, flags: number, streamId: number, length: number): number {
  if (length > FRAME_PAYLOAD_MAX_BYTES) return ERROR.FRAME_SIZE_ERROR;
  switch (type) {
    case FRAME.DATA:
    case FRAME.HEADERS:
    case FRAME.CONTINUATION:
    case FRAME.PUSH_PROMISE:
      return streamId === 0 ? ERROR.PROTOCOL_ERROR : ERROR.NO_ERROR;
    case FRAME.PRIORITY:
      if (streamId === 0) return ERROR.PROTOCOL_ERROR;
      return length === PRIORITY_BYTES ? ERROR.NO_ERROR : ERROR.FRAME_SIZE_ERROR;
    case FRAME.RST_STREAM:
      if (streamId === 0) return ERROR.PROTOCOL_ERROR;
      return length === 4 ? ERROR.NO_ERROR : ERROR.FRAME_SIZE_ERROR;
    case FRAME.SETTINGS:
      if (streamId !== 0) return ERROR.PROTOCOL_ERROR;
      if ((flags & FLAG.ACK) !== 0) return length === 0 ? ERROR.NO_ERROR : ERROR.FRAME_SIZE_ERROR;
      return length % SETTING_BYTES === 0 ? ERROR.NO_ERROR : ERROR.FRAME_SIZE_ERROR;
    case FRAME.PING:
      if (streamId !== 0) return ERROR.PROTOCOL_ERROR;
      return length === PING_BYTES ? ERROR.NO_ERROR : ERROR.FRAME_SIZE_ERROR;
    case FRAME.GOAWAY:
      if (streamId !== 0) return ERROR.PROTOCOL_ERROR;
      return length >= GOAWAY_MIN_BYTES ? ERROR.NO_ERROR : ERROR.FRAME_SIZE_ERROR;
    case FRAME.WINDOW_UPDATE:
      return length === 4 ? ERROR.NO_ERROR : ERROR.FRAME_SIZE_ERROR;
    default:
      // Section 4.1: unknown types are ignored.
      return ERROR.NO_ERROR;
  }
}

/** Where a DATA or HEADERS payload begins behind its pad length field, if it has one (section 6.1). */
export function unpaddedStart(flags: number, start: number): number {
  return (flags & FLAG.PADDED) === 0 ? start : start + 1;
}

/** Where it ends before its padding; -1 if the padding is longer than the payload, which is a PROTOCOL_ERROR. */
export function unpaddedEnd(flags: number, bytes: Uint8Array, start: number, end: number): number {
  if ((flags & FLAG.PADDED) === 0) return end;
  if (start === end) return -1;
  const padding = bytes[start]!;
  return padding < end - start ? end - padding : -1;
}

/** Octets of the deprecated priority fields in front of a HEADERS block. */
export const HEADERS_PRIORITY_BYTES: number = PRIORITY_BYTES;
