// Downloads of lists over HTTPS, main thread. Host names go to the lookup that is handed in and to nothing else; proxies of the
// environment are ignored. Everything is bounded: redirects, octets before and after decompression, silence, total time.

import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { retryAfterSeconds } from '../http/retry-after.ts';
import { decoded } from './content-coding.ts';
import { downloadFailure } from './download-failure.ts';
import { ListFailure } from './list-failure.ts';
import { isLoopback, withLoopbackNames } from './loopback.ts';

export interface DownloadLimits {
  /** From the first step to the last octet. */
  readonly totalMilliseconds: number;
  /** Without anything arriving. */
  readonly idleMilliseconds: number;
  /** Before and after decompression. */
  readonly maxBytes: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  totalMilliseconds: 60_000,
  idleMilliseconds: 15_000,
  // Five million lines of a hosts file.
  maxBytes: 200_000_000,
};

const REDIRECTS_MAX = 5;
const CONNECT_MILLISECONDS = 10_000;
const NEXT_ADDRESS_MILLISECONDS = 1_000;
/** A server may ask for so much peace, and no more: a list is to be kept up to date. */
const RETRY_AFTER_MAX_SECONDS = 86_400;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

/** What the kept copy knows of its source. Sent only to the address that gave it. */
export interface Validators {
  readonly url: string | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export interface DownloadOptions {
  readonly url: string;
  readonly validators: Validators | undefined;
  readonly lookup: LookupFunction;
  readonly limits: DownloadLimits;
  /** Ends the download; its reason becomes the failure. */
  readonly signal: AbortSignal;
}

export interface DownloadedContent {
  readonly finalUrl: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** As the server says, before decompression; undefined where it does not. */
  readonly totalBytes: number | undefined;
  /** Decompressed; throws ListFailure. `onReceived` is told the octets that came over the wire. */
  body(onReceived: (bytes: number) => void): AsyncIterable<Uint8Array>;
}

/**
 * Asks for `url` and hands what comes to `receive`; resolves with its result, or with 'not-modified' when the copy that the
 * validators describe is still the newest. Rejects with a ListFailure.
 */
export async function download<Result>(
  options: DownloadOptions,
  receive: (content: DownloadedContent) => Promise<Result>,
): Promise<Result | 'not-modified'> {
  // One agent a download: nothing is left open afterwards, and no connection from before a change of network is used again.
  const agent = listAgent(options);
  const late = new AbortController();
  const timer = setTimeout(() => {
    const seconds = Math.round(options.limits.totalMilliseconds / 1000);
    late.abort(new ListFailure('network', `the download took longer than ${seconds} s`));
  }, options.limits.totalMilliseconds);
  const signal = AbortSignal.any([options.signal, late.signal]);
  try {
    const response = await follow(options, agent, signal);
    if (response === 'not-modified') return response;
    return await receive(contentOf(response, options, signal));
  } catch (error) {
    throw downloadFailure(signal.aborted ? signal.reason : error, options.limits);
  } finally {
    clearTimeout(timer);
    await agent.destroy();
  }
}

function listAgent({ lookup, limits }: DownloadOptions): Agent {
  return new Agent({
    allowH2: false,
    pipelining: 1,
    headersTimeout: limits.idleMilliseconds,
    bodyTimeout: limits.idleMilliseconds,
    connect: {
      lookup: withLoopbackNames(lookup),
      timeout: CONNECT_MILLISECONDS,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MILLISECONDS,
      maxCachedSessions: 0,
    },
  });
}

interface Response {
  readonly url: URL;
  readonly data: Dispatcher.ResponseData;
}

/** The first answer that is no redirect and has status 200. */
async function follow(options: DownloadOptions, agent: Agent, signal: AbortSignal): Promise<Response | 'not-modified'> {
  let url = allowedUrl(options.url, undefined);
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const conditions = conditionsFor(url, options.validators);
    const headers = {
      ...conditions,
      accept: 'text/plain, */*;q=0.5',
      'accept-encoding': 'gzip, br',
      'user-agent': 'sotto',
    };
    const data = await request(url, { dispatcher: agent, signal, headers });
    if (data.statusCode === 200) return { url, data };
    data.body.on('error', () => undefined).destroy();
    if (data.statusCode === 304 && conditions !== undefined) return 'not-modified';
    if (!REDIRECT_STATUS.has(data.statusCode)) throw statusFailure(url, data);
    const location = header(data, 'location');
    if (location === undefined) throw new ListFailure('answer', `${url.host} redirects to nowhere`);
    url = allowedUrl(location, url);
  }
  throw new ListFailure('answer', `more than ${REDIRECTS_MAX} redirects`);
}

/** https everywhere; http only to this machine, and only where the operator's own address is already that. */
function allowedUrl(text: string, from: URL | undefined): URL {
  if (!URL.canParse(text, from)) throw new ListFailure('answer', 'a redirect to what is no URL');
  const url = new URL(text, from);
  const plainAllowed = from === undefined || from.protocol === 'http:';
  if (url.protocol === 'https:' || (url.protocol === 'http:' && plainAllowed && isLoopback(url.hostname))) return url;
  const step = from === undefined ? 'the URL' : `a redirect of ${from.host}`;
  throw new ListFailure('answer', `${step} leads to ${url.protocol}//${url.host}, which is not https`);
}

function conditionsFor(url: URL, validators: Validators | undefined): Record<string, string> | undefined {
  if (validators === undefined || validators.url !== url.href) return undefined;
  if (validators.etag !== undefined) return { 'if-none-match': validators.etag };
  return validators.lastModified === undefined ? undefined : { 'if-modified-since': validators.lastModified };
}

function contentOf({ url, data }: Response, { limits }: DownloadOptions, signal: AbortSignal): DownloadedContent {
  const lengthText = header(data, 'content-length');
  const totalBytes = lengthText === undefined ? undefined : Number(lengthText);
  if (totalBytes !== undefined && totalBytes > limits.maxBytes) throw tooLarge(limits);
  return {
    finalUrl: url.href,
    etag: header(data, 'etag'),
    lastModified: header(data, 'last-modified'),
    totalBytes,
    body: (onReceived) => decodedBody(data, limits, signal, onReceived),
  };
}

async function* decodedBody(
  data: Dispatcher.ResponseData,
  limits: DownloadLimits,
  signal: AbortSignal,
  onReceived: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of data.body as AsyncIterable<Uint8Array>) {
      received += chunk.length;
      if (received > limits.maxBytes) throw tooLarge(limits);
      onReceived(received);
      yield chunk;
    }
  }
  try {
    let size = 0;
    for await (const chunk of decoded(header(data, 'content-encoding'), counted())) {
      size += chunk.length;
      if (size > limits.maxBytes) throw tooLarge(limits);
      yield chunk;
    }
  } catch (error) {
    throw downloadFailure(signal.aborted ? signal.reason : error, limits);
  }
}

function tooLarge(limits: DownloadLimits): ListFailure {
  return new ListFailure('too-large', `it is larger than ${limits.maxBytes} octets`);
}

function statusFailure(url: URL, data: Dispatcher.ResponseData): ListFailure {
  const seconds = retryAfterSeconds(header(data, 'retry-after'), new Date());
  const retryAfterMilliseconds = seconds && 1000 * Math.min(seconds, RETRY_AFTER_MAX_SECONDS);
  return new ListFailure('answer', `${url.host} answered with HTTP status ${data.statusCode}`, {
    retryAfterMilliseconds,
  });
}

/** The one value of a header; a repeated one counts as its first. */
function header(data: Dispatcher.ResponseData, name: string): string | undefined {
  const value = data.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
