// Any HTTP request, right or wrong, to the gateway's DoH listener, over HTTP/2 or HTTP/1.1.

import type { TestContext } from 'node:test';
import { connectHttp2, type HttpReply, requestHttp1, requestHttp2 } from '../fixtures/listener-clients.ts';
import type { GatewayUnderTest } from './gateway.ts';
import { query } from './messages.ts';
import type { TransportName } from './raw-client.ts';

export interface HttpParts {
  /** Default: GET. */
  readonly method?: string;
  /** Path and query string. Default: a GET of `name`. */
  readonly target?: string;
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export const DNS_MESSAGE = 'application/dns-message';

/** One exchange on a connection of its own; rejects when it ends without a response. */
export async function requestHttps(
  t: TestContext,
  stage: GatewayUnderTest,
  transport: TransportName,
  parts: HttpParts,
): Promise<HttpReply> {
  const { method = 'GET', headers = {} } = parts;
  const path = parts.target ?? getTarget(query({ name: parts.name ?? 'localhost', id: 0 }));
  const body = parts.body === undefined ? undefined : Buffer.from(parts.body);
  if (transport === 'doh-http1')
    return requestHttp1(stage.doh, { ...stage.trust, agent: false, method, path, headers }, body);
  const session = await connectHttp2(stage.doh, stage.trust);
  session.on('error', () => {});
  t.after(() => session.destroy());
  return requestHttp2(session, { ':method': method, ':path': path, ...headers }, body);
}

export function getTarget(message: Uint8Array): string {
  return `/dns-query?dns=${Buffer.from(message).toString('base64url')}`;
}
