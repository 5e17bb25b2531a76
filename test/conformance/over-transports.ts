// Registers the tests of a statement: one for each transport, named by its ID, its title and the transport.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { GatewayUnderTest } from './gateway.ts';
import { query } from './messages.ts';
import { connectRaw, type RawClient, type TransportName } from './raw-client.ts';

export const EVERY: readonly TransportName[] = ['udp', 'tcp', 'dot', 'doh'];
/** Also the other shapes of DoH: by GET, and over HTTP/1.1. */
export const EVERY_WAY: readonly TransportName[] = [...EVERY, 'doh-get', 'doh-http1'];
/** The two versions of HTTP. */
export const HTTPS: readonly TransportName[] = ['doh', 'doh-http1'];
/** TCP and DoT: messages one after the other. */
export const STREAMS: readonly TransportName[] = ['tcp', 'dot'];
export const NOT_UDP: readonly TransportName[] = ['tcp', 'dot', 'doh'];
export const ENCRYPTED: readonly TransportName[] = ['dot', 'doh'];
export const PLAIN: readonly TransportName[] = ['udp', 'tcp'];

/** By the names above. */
export const NAMED_TRANSPORTS: ReadonlyMap<string, readonly TransportName[]> = new Map(
  Object.entries({ EVERY, EVERY_WAY, HTTPS, STREAMS, NOT_UDP, ENCRYPTED, PLAIN }),
);

/** Longer than the gateway ever takes to answer or to give up. */
const ANSWER_MILLISECONDS = 8_000;

export interface Exchange {
  readonly transport: TransportName;
  /** A name that no other test asks for. */
  readonly name: string;
  readonly stage: GatewayUnderTest;
  readonly upstream: GatewayUnderTest['upstream'];
  readonly t: TestContext;
  /**
   * Sends raw octets over one connection of this test; resolves with the raw reply, or with undefined when connection, stream or
   * time end without one. Several may be under way.
   */
  exchange(octets: Uint8Array): Promise<Buffer | undefined>;
  /** Whether the octets are met with silence or an end: a query sent behind them, by the same way, is answered first. */
  isSilent(octets: Uint8Array): Promise<boolean>;
}

export type ConformanceTest = (exchange: Exchange) => Promise<void> | void;

export type Conforms = (id: string, transports: readonly TransportName[], title: string, run: ConformanceTest) => void;

/** `conforms` for a file's gateway. Its ID and transports are written out where it is called: the document is read from there. */
export function conformsWith(stage: GatewayUnderTest): Conforms {
  let ordinal = 0;
  return (id, transports, title, run) => {
    ordinal += 1;
    const label = `${id.toLowerCase()}-${ordinal}`;
    for (const transport of transports) {
      test(`${id} ${title}, over ${transport}`, async (t) => {
        let client: Promise<RawClient> | undefined;
        t.after(async () => (await client)?.close());
        const connected = (): Promise<RawClient> => (client ??= connectRaw(transport, stage));
        const name = `${label}-${transport}.example.org`;
        await run({
          transport,
          name,
          stage,
          upstream: stage.upstream,
          t,
          exchange: async (octets) => inTime((await connected()).send(octets)),
          isSilent: async (octets) =>
            meetsSilence(await connected(), octets, query({ name: `behind.${name}`, id: 0xbe41 })),
        });
      });
    }
  };
}

/** Whether nothing comes for `octets`, known by the answer to `behind`, which is sent after them. */
function meetsSilence(client: RawClient, octets: Uint8Array, behind: Buffer): Promise<boolean> {
  const isEnded = client.send(octets).then((reply) => reply === undefined);
  const isPassedBy = inTime(client.send(behind)).then((reply) => {
    assert.ok(reply, 'the query behind was not answered either');
    return true;
  });
  // Where the connection ends, both do.
  isPassedBy.catch(() => {});
  return Promise.race([isEnded, isPassedBy]);
}

async function inTime(reply: Promise<Buffer | undefined>): Promise<Buffer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MILLISECONDS, undefined);
  });
  try {
    return await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}
