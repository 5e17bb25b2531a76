// What we need to know of the header fields of a response (RFC 9113 section 8.3.2, RFC 8484 section 4.2). Reused.

import type { FieldSink } from '../http2/hpack-decoder.ts';

export class ResponseHead implements FieldSink {
  /** -1: none, or not three digits. */
  status = -1;
  contentType = '';
  /** -1: not said. */
  contentLength = -1;
  ageSeconds = 0;
  /** Fields that no response may have. */
  isMalformed = false;
  #sawOther = false;

  /** Said ahead of the response, which is still to come. */
  get isInterim(): boolean {
    return this.status < 200;
  }

  begin(): void {
    this.status = -1;
    this.contentType = '';
    this.contentLength = -1;
    this.ageSeconds = 0;
    this.isMalformed = false;
    this.#sawOther = false;
  }

  onField(name: string, value: string): void {
    if (name === ':status') {
      // Once, and in front of everything else.
      if (this.status >= 0 || this.#sawOther || !/^[1-9]\d\d$/.test(value)) this.isMalformed = true;
      this.status = Number(value);
      // Section 8.6: there is nothing to switch to.
      if (this.status === 101) this.isMalformed = true;
      return;
    }
    this.#sawOther = true;
    if (name === 'content-type') this.contentType = value;
    else if (name === 'content-length') this.#noteLength(value);
    else if (name === 'age') this.ageSeconds = Number(value);
    else if (name.charCodeAt(0) === 0x3a || CONNECTION_FIELDS.has(name)) this.isMalformed = true;
  }

  #noteLength(value: string): void {
    const length = /^\d{1,15}$/.test(value) ? Number(value) : -1;
    if (length < 0 || (this.contentLength >= 0 && this.contentLength !== length)) this.isMalformed = true;
    this.contentLength = length;
  }
}

/** RFC 9113 section 8.2.2: they speak of HTTP/1.1 connections. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
