// The server's SETTINGS in force on one connection (RFC 9113 section 6.5.2), of which one matters to us: how many streams it allows.

import { ERROR, FRAME_PAYLOAD_MAX_BYTES, SETTING, SETTING_BYTES, WINDOW_MAX_BYTES } from '../http2/frame.ts';
import { readUint16, readUint32 } from '../wire/header.ts';

/** Section 4.2: 24 bits. */
const FRAME_PAYLOAD_LIMIT_BYTES = 0xff_ffff;

export class ServerSettings {
  /** Nothing else may come before them (section 3.4). */
  haveCome = false;
  streamsMax = Infinity;

  /** Takes the payload of a SETTINGS frame, whole pairs. NO_ERROR, or the error code of the connection error it deserves. */
  apply(bytes: Uint8Array, start: number, end: number): number {
    this.haveCome = true;
    for (let position = start; position < end; position += SETTING_BYTES) {
      const value = readUint32(bytes, position + 2);
      switch (readUint16(bytes, position)) {
        case SETTING.ENABLE_PUSH:
          // A server may only say 0.
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
          if (value < FRAME_PAYLOAD_MAX_BYTES || value > FRAME_PAYLOAD_LIMIT_BYTES) return ERROR.PROTOCOL_ERROR;
          break;
        // The size of the header table is all the same to an encoder without one.
      }
    }
    return ERROR.NO_ERROR;
  }
}
