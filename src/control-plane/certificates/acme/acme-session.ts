// acme-client, made ours: its HTTP goes through OutsideHttp (our lookup, one CA's trust, bounded, no retries of its own that would
// sleep for as long as a server says), and what a CA answers in trouble comes out as an AcmeFailure instead of a bare text.
//
// Its axios is one for the whole process, with one place for settings. Which session a request belongs to is therefore known
// by the asynchronous context it was made in.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Authorization, Client, ClientOptions, CryptoInterface, Order } from 'acme-client';
import { AcmeFailure, asAcmeFailure } from './acme-failure.ts';
import type { OutsideHttp, OutsideRequest, OutsideResponse } from './outside-http.ts';
import { failureOfResponse } from './problem-document.ts';

export type { Authorization, Order };
export type AcmeCrypto = CryptoInterface;

interface Conversation {
  readonly http: OutsideHttp;
  last: OutsideResponse | undefined;
}

const conversations = new AsyncLocalStorage<Conversation>();
let library: Promise<typeof import('acme-client')> | undefined;

/** Loaded when the first certificate is ordered: half of a second on a small machine. */
function acmeLibrary(): Promise<typeof import('acme-client')> {
  library ??= import('acme-client').then((loaded) => {
    loaded.axios.defaults.adapter = async (config) => {
      const conversation = conversations.getStore();
      if (conversation === undefined) throw new AcmeFailure('local', 'a request outside of a session');
      const response = await conversation.http.request({
        method: String(config.method).toUpperCase() as OutsideRequest['method'],
        url: String(config.url),
        headers: { 'content-type': 'application/jose+json' },
        ...(typeof config.data === 'string' ? { body: config.data } : {}),
      });
      conversation.last = response;
      return { data: response.text, status: response.status, statusText: '', headers: { ...response.headers }, config };
    };
    return loaded;
  });
  return library;
}

export class AcmeSession {
  readonly client: Client;
  readonly crypto: AcmeCrypto;
  readonly #conversation: Conversation;

  static async open(http: OutsideHttp, options: ClientOptions): Promise<AcmeSession> {
    const { Client: AcmeClient, crypto } = await acmeLibrary();
    return new AcmeSession(http, new AcmeClient(options), crypto);
  }

  private constructor(http: OutsideHttp, client: Client, crypto: AcmeCrypto) {
    this.client = client;
    this.crypto = crypto;
    this.#conversation = { http, last: undefined };
  }

  /** One step of a conversation with the CA; steps do not overlap. Rejects with an AcmeFailure. */
  async ask<Result>(step: (client: Client) => Promise<Result>): Promise<Result> {
    this.#conversation.last = undefined;
    try {
      return await conversations.run(this.#conversation, () => step(this.client));
    } catch (error) {
      throw this.#failureOf(error);
    }
  }

  /** The library's errors have lost all but a text: what the CA answered last says it whole. */
  #failureOf(error: unknown): AcmeFailure {
    const { last } = this.#conversation;
    if (error instanceof AcmeFailure || last === undefined || last.status < 400) return asAcmeFailure(error);
    return failureOfResponse(last);
  }

  /** A header of the last answer. */
  header(name: string): string | undefined {
    return this.#conversation.last?.headers[name];
  }
}
