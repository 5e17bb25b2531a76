// What a DoH request is (RFC 8484 section 4.1), decided on its head alone and for every engine alike: a query to read, or the
// HTTP status that refuses it. Host, :authority and forwarding headers are not looked at.

import { HEADER_BYTES, MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { decodeBase64Url } from './base64url.ts';
import { clientIdIn } from '../../wire/client-id.ts';

export const DOH_PATH = '/dns-query';
export const DNS_MESSAGE = 'application/dns-message';
/** For the Allow header of a 405. */
export const ALLOWED_METHODS = 'GET, HEAD, POST';
/** A longer request target gets 414; larger queries fit into a POST. */
export const TARGET_MAX_CHARACTERS = 8192;
/** What the `dns` parameter of the longest target decodes to, at most. */
export const PARAMETER_MAX_BYTES = (TARGET_MAX_CHARACTERS / 4) * 3;

/** The query is in the `dns` parameter: see `decodeDnsParameter`. */
export const READ_PARAMETER = 1;
/** The query is the body. */
export const READ_BODY = 2;

export interface RequestHead {
  readonly method: string | undefined;
  /** Path and query string as sent; HTTP/1.1 may send a whole URL. */
  readonly target: string | undefined;
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
  readonly accept: string | undefined;
}

/** READ_PARAMETER, READ_BODY, or an HTTP status from 400 on. */
export function judgeRequest(head: RequestHead): number {
  const target = head.target ?? '';
  if (target.length > TARGET_MAX_CHARACTERS) return 414;
  if (!isDohPath(target)) return 404;
  if (head.method !== 'GET' && head.method !== 'HEAD' && head.method !== 'POST') return 405;
  if (!acceptsDnsMessage(head.accept)) return 406;
  if (head.method !== 'POST') return READ_PARAMETER;
  if (mediaTypeOf(head.contentType ?? '') !== DNS_MESSAGE) return 415;
  return head.contentLength === undefined ? READ_BODY : judgeLength(head.contentLength);
}

/**
 * Decodes the `dns` parameter into `out` (PARAMETER_MAX_BYTES). Returns the message's length, or 0 if there is not exactly one
 * parameter that decodes to at least 12 octets.
 */
export function decodeDnsParameter(target: string, out: Uint8Array): number {
  let valueStart = -1;
  let valueEnd = -1;
  let start = target.indexOf('?') + 1;
  while (start > 0) {
    const ampersand = target.indexOf('&', start);
    if (target.startsWith('dns=', start)) {
      if (valueStart >= 0) return 0;
      valueStart = start + 'dns='.length;
      valueEnd = ampersand < 0 ? target.length : ampersand;
    }
    start = ampersand + 1;
  }
  if (valueStart < 0) return 0;
  const length = decodeBase64Url(target, valueStart, withoutPadding(target, valueStart, valueEnd), out);
  return length < HEADER_BYTES ? 0 : length;
}

/** RFC 8484 says no padding; clients that send up to two '=' anyway, perhaps percent-encoded, are understood. */
function withoutPadding(target: string, start: number, valueEnd: number): number {
  let end = valueEnd;
  for (let padding = 0; padding < 2; padding++) {
    if (end - 1 >= start && target.endsWith('=', end)) end -= 1;
    else if (end - 3 >= start && (target.endsWith('%3D', end) || target.endsWith('%3d', end))) end -= 3;
  }
  return end;
}

/** `/dns-query`, or `/dns-query/ID` with the ID of a client. */
function isDohPath(target: string): boolean {
  const end = endOfDohPath(target);
  if (end < 0) return false;
  return target.length === end || target.charAt(end) === '?' || clientIdInTarget(target) !== '';
}

/** The ID of the client behind the path; empty if there is none. */
export function clientIdInTarget(target: string): string {
  const end = endOfDohPath(target);
  if (end < 0 || target.charAt(end) !== '/') return '';
  const query = target.indexOf('?', end);
  return clientIdIn(target, end + 1, query < 0 ? target.length : query);
}

/** Where something may follow our path; -1 if it does not stand there. */
function endOfDohPath(target: string): number {
  const start = target.startsWith('/') ? 0 : pathOfUrl(target);
  return target.startsWith(DOH_PATH, start) ? start + DOH_PATH.length : -1;
}

/** Where the path of an absolute-form target starts (RFC 9112 section 3.2.2). */
function pathOfUrl(target: string): number {
  const authority = target.startsWith('https://') ? 'https://'.length : target.length;
  const slash = target.indexOf('/', authority);
  return slash < 0 ? target.length : slash;
}

function judgeLength(contentLength: string): number {
  if (!/^\d{1,9}$/.test(contentLength)) return /^\d+$/.test(contentLength) ? 413 : 400;
  const length = Number(contentLength);
  if (length > MESSAGE_MAX_BYTES) return 413;
  return length < HEADER_BYTES ? 400 : READ_BODY;
}

/** Whether an Accept header (RFC 9110 section 12.5.1) leaves room for our one media type; the most specific range decides. */
function acceptsDnsMessage(accept: string | undefined): boolean {
  if (accept === undefined || accept === '' || accept === '*/*') return true;
  let specificity = 0;
  let isAccepted = false;
  for (const range of accept.split(',', RANGES_READ_MAX)) {
    const rank = RANGES.indexOf(mediaTypeOf(range)) + 1;
    if (rank <= specificity) continue;
    specificity = rank;
    isAccepted = !/;\s*q\s*=\s*0(\.0*)?\s*(;|$)/i.test(range);
  }
  return isAccepted;
}

/** No client names more; a longer header is read only so far. */
const RANGES_READ_MAX = 32;
/** From the least specific on. */
const RANGES = ['*/*', 'application/*', DNS_MESSAGE];

function mediaTypeOf(field: string): string {
  const semicolon = field.indexOf(';');
  return (semicolon < 0 ? field : field.slice(0, semicolon)).trim().toLowerCase();
}
