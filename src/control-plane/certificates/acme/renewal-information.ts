// ACME renewal information (RFC 9773): when the CA would like a certificate to be renewed. Asked without an account.

import * as z from 'zod';
import { AcmeFailure } from './acme-failure.ts';
import type { OutsideHttp } from './outside-http.ts';
import { shortText } from './plain-text.ts';
import { failureOfResponse } from './problem-document.ts';
import { retryAfterSeconds } from '../../http/retry-after.ts';

export interface RenewalInformation {
  /** Milliseconds since 1970; start before end. */
  readonly startAt: number;
  readonly endAt: number;
  /** A page of the CA about why; plain text. */
  readonly explanationUrl: string | undefined;
  /** When to ask again. */
  readonly askAgainSeconds: number;
}

const SHAPE = z.object({
  suggestedWindow: z.object({ start: z.string(), end: z.string() }),
  explanationURL: z.string().optional(),
});

const SHORTEST_SECONDS = 3_600;
const USUAL_SECONDS = 6 * 3_600;
const LONGEST_SECONDS = 24 * 3_600;
const URL_MAX_CHARACTERS = 300;

/** Rejects with an AcmeFailure. */
export async function askRenewalInformation(
  http: OutsideHttp,
  renewalInfoUrl: string,
  identifier: string,
  now: Date,
): Promise<RenewalInformation> {
  const response = await http.request({ method: 'GET', url: `${renewalInfoUrl.replace(/\/$/, '')}/${identifier}` });
  if (response.status !== 200) throw failureOfResponse(response);
  const askAgain = retryAfterSeconds(response.headers['retry-after'], now) ?? USUAL_SECONDS;
  const answer = SHAPE.safeParse(jsonOf(response.text));
  const startAt = Date.parse(answer.data?.suggestedWindow.start ?? '');
  const endAt = Date.parse(answer.data?.suggestedWindow.end ?? '');
  if (!(startAt < endAt)) throw new AcmeFailure('network', 'the renewal information of the CA cannot be read');
  const explanation = answer.data?.explanationURL;
  return {
    startAt,
    endAt,
    explanationUrl: explanation === undefined ? undefined : shortText(explanation, URL_MAX_CHARACTERS),
    askAgainSeconds: Math.min(Math.max(askAgain, SHORTEST_SECONDS), LONGEST_SECONDS),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
