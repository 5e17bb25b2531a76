// What the bench knows about a server: how it is started in its fast settings, and what it can do.

import type { TestCertificate } from '../../test/fixtures/make-certificate.ts';
import type { Outside } from './outside.ts';

export type Protocol = 'udp' | 'tcp' | 'dot' | 'doh';

/** gateway: what is measured; peer: what it is compared with; floor: a bound, no DNS server. */
export type Role = 'gateway' | 'peer' | 'floor';

export interface ServerKind {
  readonly name: string;
  readonly role: Role;
  readonly command: string;
  readonly debianPackage: string;
  readonly speaks: readonly Protocol[];
  /** Whether it takes lists of names to block. */
  readonly canBlock: boolean;
  /** How it asks the outside server. */
  readonly wayOut: 'doh' | 'dot' | 'plain' | 'none';
  /** Printed and saved with the results. */
  version(): string;
  start(options: StartOptions): Promise<RunningServer>;
}

export interface StartOptions {
  /** Whom it asks for what it does not know. */
  readonly outside: Outside;
  /** What it serves over TLS; the same for all. */
  readonly certificate: TestCertificate;
  /** A text file of domains, one a line: each is answered NXDOMAIN, and so is everything below it. */
  readonly blockedNames?: BlockedNames | undefined;
  /** A list in the syntax of AdGuard's DNS filters, loaded beside them. sotto alone. */
  readonly filterPath?: string | undefined;
  /** Where sotto keeps its compiled lists, for starts that find them there. Default: in a folder of its own, gone when it stops. */
  readonly stateDirectory?: string;
  /** It counts as started with the first blocked name answered so. By default an answer of the outside server has to come too. */
  readonly isReadyWhenBlocking?: boolean;
  /** It has room for so many connections, and does not close those that say nothing. Default: as many as load opens. */
  readonly idleConnections?: number;
  /** Default 1. */
  readonly threads?: number;
  /** Room for answers; default 200. sotto alone: the others have room for as many as are asked. */
  readonly cacheMegabytes?: number;
  /** Cores it may use, as taskset takes them. Default: GATEWAY_CORE. */
  readonly cores?: string;
}

export interface BlockedNames {
  readonly path: string;
  readonly count: number;
  /** One of them, to tell when they are in force. */
  readonly example: string;
}

export interface RunningServer {
  readonly kind: ServerKind;
  readonly pid: number;
  readonly ports: Readonly<Record<'dns' | 'dot' | 'doh', number>>;
  /** The text of its configuration, without the names of lists. */
  readonly configuration: string;
  /** From starting the process until it answers as it should. */
  readonly startMilliseconds: number;
  /** Forgets every answer. The server that is there afterwards: where it cannot forget, one that was started again. */
  forgetAnswers(): Promise<RunningServer>;
  stop(): Promise<void>;
}

export const SERVER_ADDRESS = '127.0.0.1';
/** In the certificate of every server. */
export const SERVER_HOST_NAME = 'dns.example.org';
/** Servers run here; clients and the outside server on the other. */
export const GATEWAY_CORE = '0';
export const CLIENT_CORE = '1';

export function portFor(server: RunningServer, protocol: Protocol): number {
  return protocol === 'udp' || protocol === 'tcp' ? server.ports.dns : server.ports[protocol];
}
