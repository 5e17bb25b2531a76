// What time it is according to an upstream: the Date of its answer (RFC 9110 section 6.6.1), or else the dates of its certificate.
// No question is sent before its certificate has been checked.

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type buildConnector, Client } from 'undici';
import { connectPinned, type PinnedAddress } from '../../upstream/connect-pinned.ts';
import { trustedRoots } from '../../upstream/trusted-roots.ts';
import type { UpstreamSettings } from '../../upstream/upstream-settings.ts';
import { shakeHands } from './handshake.ts';
import { rootQuestion } from './public-addresses.ts';
import { NOBODY } from './trust-store.ts';

export type UpstreamClock =
  /** `ahead`: how much this machine's clock is ahead of the upstream's, in milliseconds, give or take a second. */
  | { readonly kind: 'date'; readonly ahead: number }
  /** It says no date; its certificate is good now. */
  | { readonly kind: 'within'; readonly certificate: X509Certificate }
  /** Its certificate would be good at another time. */
  | { readonly kind: 'outside'; readonly certificate: X509Certificate }
  | { readonly kind: 'silent'; readonly reason: string };

const TIMEOUT_MILLISECONDS = 4_000;
const MEDIA_TYPE = 'application/dns-message';
const ABOUT_DATES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Of its first address that answers. Never rejects. */
export async function readUpstreamClock(settings: UpstreamSettings, now: () => Date): Promise<UpstreamClock> {
  const url = new URL(settings.url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const hostIsName = isIP(host) === 0;
  const port = url.port === '' ? 443 : Number(url.port);
  let secureContext: PinnedAddress['secureContext'];
  try {
    secureContext = trustedRoots(settings.caPem);
  } catch (error) {
    return { kind: 'silent', reason: (error as Error).message };
  }
  const clocks = settings.addresses.map(async (address): Promise<UpstreamClock> => {
    const pinned = { address, port, host, hostIsName, secureContext, connectMilliseconds: TIMEOUT_MILLISECONDS };
    const answer = await readDate(pinned, url, now);
    if (answer.ahead !== undefined) return { kind: 'date', ahead: answer.ahead };
    if (answer.isConnected || ABOUT_DATES.has(answer.code)) {
      const serverName = hostIsName ? host : undefined;
      const handshake = await shakeHands({ address, port }, { serverName, alpn: 'h2', trust: NOBODY });
      if (handshake.done) return { kind: answer.isConnected ? 'within' : 'outside', certificate: handshake.chain[0]! };
    }
    return { kind: 'silent', reason: answer.code };
  });
  const found = await Promise.all(clocks);
  const ofKind = (kind: UpstreamClock['kind']) => found.find((clock) => clock.kind === kind);
  return ofKind('date') ?? ofKind('outside') ?? ofKind('within') ?? found[0]!;
}

interface DateAnswer {
  readonly isConnected: boolean;
  readonly ahead: number | undefined;
  readonly code: string;
}

async function readDate(pinned: PinnedAddress, url: URL, now: () => Date): Promise<DateAnswer> {
  let isConnected = false;
  let code = 'ETIMEDOUT';
  const connect: buildConnector.connector = (_options, callback) => {
    const socket = connectPinned(pinned, {
      onConnected() {
        isConnected = true;
        callback(null, socket);
      },
      onConnectFailed(error) {
        code = (error as NodeJS.ErrnoException).code ?? error.message;
        callback(error, null);
      },
    });
  };
  const client = new Client(url.origin, { connect, allowH2: true });
  try {
    const begun = now().getTime();
    const response = await client.request({
      path: url.pathname + url.search,
      method: 'POST',
      headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
      body: rootQuestion(),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    response.body.on('error', () => {});
    const middle = (begun + now().getTime()) / 2;
    const said = Date.parse(String(response.headers.date));
    // It says whole seconds, rounded down.
    return { isConnected, code, ahead: Number.isNaN(said) ? undefined : middle - (said + 500) };
  } catch {
    return { isConnected, code, ahead: undefined };
  } finally {
    await client.destroy();
  }
}
