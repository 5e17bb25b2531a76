// OPT if and only if the query had one (RFC 6891 section 7), with the options that the query asked for and the Extended DNS
// Errors that explain the answer. Their texts are the first thing to go where room is short (RFC 8914 section 3), then they
// themselves; for OPT itself check-answer.ts leaves room. Padding comes last and fills up what the others left.

import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { OPTION_BIT } from '../../wire/query-option.ts';
import {
  appendExtendedError,
  appendKeepalive,
  appendOpt,
  extendedErrorBytes,
  KEEPALIVE_OPTION_BYTES,
} from '../../wire/reply-opt.ts';
import { padReply } from '../../wire/reply-padding.ts';
import { COOKIE_OPTION_BYTES } from '../../wire/server-cookie.ts';
import { datagramLimitBytes } from '../datagram-limit.ts';
import { NO_TEXT, OUTCOME, type Query } from '../query.ts';
import type { ServerCookies } from '../server-cookies.ts';
import type { ReplyStep } from '../step.ts';

/** Android reads no longer replies over TLS: padding must not carry one across. */
const ANDROID_REPLY_MAX_BYTES = 8192;

export function appendEdns(cookies: ServerCookies): ReplyStep {
  return {
    name: 'append-edns',
    run(query) {
      const { facts, opt } = query;
      if (!facts.hasOpt) return;
      query.optStart = query.replyLength;
      query.replyLength = appendOpt(query.reply, query.replyLength, opt.rcode, facts.dnssecOk);
      // Most queries bring no option that has an effect, and most answers need no explanation.
      if (facts.options !== 0) appendAskedFor(query, cookies);
      if (opt.extendedErrorCode >= 0) explain(query, cookies);
      if ((facts.options & OPTION_BIT.PADDING) !== 0 && query.sink.transport.encrypted) pad(query);
    },
  };
}

/** Also where they do not fit a datagram: it is cut short then (fit-transport.ts), and the cookie stays. */
function appendAskedFor(query: Query, cookies: ServerCookies): void {
  const { facts, reply, optStart, sink } = query;
  if (query.replyLength + COOKIE_OPTION_BYTES <= MESSAGE_MAX_BYTES)
    query.replyLength = cookies.append(query, query.replyLength);
  if ((facts.options & OPTION_BIT.TCP_KEEPALIVE) === 0) return;
  const deciseconds = sink.keepaliveDeciseconds?.(query.returnPath);
  if (deciseconds !== undefined && query.replyLength + KEEPALIVE_OPTION_BYTES <= MESSAGE_MAX_BYTES)
    query.replyLength = appendKeepalive(reply, optStart, query.replyLength, deciseconds);
}

function explain(query: Query, cookies: ServerCookies): void {
  const { reply, optStart, opt } = query;
  const { extendedErrorCode, extendedErrorText, alsoErrorCode, alsoErrorText } = opt;
  const limitBytes = explainedMaxBytes(query, cookies);
  const alsoBytes = alsoErrorCode < 0 ? 0 : extendedErrorBytes(alsoErrorText);
  if (query.replyLength + extendedErrorBytes(extendedErrorText) + alsoBytes <= limitBytes) {
    const length = appendExtendedError(reply, optStart, query.replyLength, extendedErrorCode, extendedErrorText);
    query.replyLength =
      alsoErrorCode < 0 ? length : appendExtendedError(reply, optStart, length, alsoErrorCode, alsoErrorText);
    return;
  }
  appendError(query, extendedErrorCode, NO_TEXT, limitBytes);
  if (alsoErrorCode >= 0) appendError(query, alsoErrorCode, NO_TEXT, limitBytes);
}

/** How long the reply may be with its explanations. */
function explainedMaxBytes(query: Query, cookies: ServerCookies): number {
  const { outcome, length, sink } = query;
  if (!sink.transport.datagram) return MESSAGE_MAX_BYTES;
  const isRefusal = outcome === OUTCOME.MALFORMED || outcome === OUTCOME.ACCESS_REFUSED;
  if (!isRefusal || hasValidCookie(query, cookies)) return datagramLimitBytes(query);
  // Its source may be a victim's address: what answers whatever is sent must not make more of it.
  return Math.min(datagramLimitBytes(query), length + (length >>> 1));
}

/** A refusal may have come before somebody looked at the cookie. */
function hasValidCookie(query: Query, cookies: ServerCookies): boolean {
  if (!query.hasValidCookie && (query.facts.options & OPTION_BIT.COOKIE) !== 0) cookies.judge(query);
  return query.hasValidCookie;
}

function appendError(query: Query, infoCode: number, text: Uint8Array, limitBytes: number): void {
  const { reply, optStart, replyLength } = query;
  if (replyLength + extendedErrorBytes(text) > limitBytes) return;
  query.replyLength = appendExtendedError(reply, optStart, replyLength, infoCode, text);
}

function pad(query: Query): void {
  const { reply, optStart, replyLength } = query;
  const limitBytes = replyLength <= ANDROID_REPLY_MAX_BYTES ? ANDROID_REPLY_MAX_BYTES : MESSAGE_MAX_BYTES;
  query.replyLength = padReply(reply, replyLength, optStart, limitBytes);
}
