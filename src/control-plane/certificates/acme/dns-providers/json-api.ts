// Requests to a provider's HTTP API: JSON both ways, the token in a header, and failures in words.

import { AcmeFailure } from '../acme-failure.ts';
import type { OutsideHttp, OutsideRequest } from '../outside-http.ts';

const TEXT_MAX_CHARACTERS = 300;

export interface JsonAnswer {
  readonly status: number;
  /** Undefined where the body is no JSON. */
  readonly body: unknown;
}

export class JsonApi {
  readonly #http: OutsideHttp;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #title: string;

  /** `title`: the provider, as people know it. */
  constructor(http: OutsideHttp, title: string, base: string, headers: Readonly<Record<string, string>>) {
    this.#http = http;
    this.#title = title;
    this.#base = base.replace(/\/$/, '');
    this.#headers = headers;
  }

  /** Rejects with an AcmeFailure where the answer is neither a success nor one of `alsoFine`. */
  async ask(
    method: OutsideRequest['method'],
    path: string,
    body?: unknown,
    alsoFine: readonly number[] = [],
  ): Promise<JsonAnswer> {
    const response = await this.#http.request({
      method,
      url: `${this.#base}${path}`,
      headers: {
        accept: 'application/json',
        ...this.#headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status, text } = response;
    if ((status >= 200 && status < 300) || alsoFine.includes(status)) return { status, body: parsed(text) };
    const hint = status === 401 || status === 403 ? ': the token is not accepted, or may not change this zone' : '';
    const said = text.replace(/\s+/g, ' ').slice(0, TEXT_MAX_CHARACTERS);
    throw new AcmeFailure('local', `${this.#title} answers with HTTP status ${status}${hint}; it says: ${said}`);
  }

  fail(message: string): AcmeFailure {
    return new AcmeFailure('local', `${this.#title}: ${message}`);
  }
}

export function entriesIn(value: unknown, key: string): Record<string, unknown>[] {
  const list = recordIn(value)[key];
  return Array.isArray(list) ? list.map(recordIn) : [];
}

export function recordIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
