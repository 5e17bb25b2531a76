// Let's Encrypt's own test CA, with its challenge test server, which plays DNS for it.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { endProcess, hasEnded } from '../fixtures/end-process.ts';
import { endWithUs } from '../fixtures/end-with-us.ts';
import { makeCertificate, type TestCertificate } from '../fixtures/make-certificate.ts';
import { findCommand } from '../setup/missing-components.ts';
import { freePorts } from './free-ports.ts';

const READY_MILLISECONDS = 20_000;
const STOP_MILLISECONDS = 5_000;

export interface PebbleOptions {
  /** Percent of the nonces that are refused though they are good. */
  readonly refusedNonces?: number;
  /** Accounts need one of these external ones: key ID to HMAC key (base64url). */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** Where the CA connects for http-01 and tls-alpn-01; 0: nobody is there. */
  readonly httpPort?: number;
  readonly tlsPort?: number;
  /** Another DNS server than the challenge test server's. */
  readonly dnsServer?: string;
  /** Names that it never issues for. */
  readonly blockedNames?: readonly string[];
  /** Of the directory's HTTPS, and where it listens: a test can end it and start it again, without its memory. */
  readonly place?: { readonly port: number; readonly certificate: TestCertificate; readonly address?: string };
}

export interface Pebble {
  readonly directoryUrl: string;
  readonly port: number;
  /** Trusts the HTTPS of the directory. */
  readonly caPath: string;
  readonly caPem: string;
  /** Decides what the CA sees in DNS, by POST to its paths /set-txt and /clear-txt; addresses are all 127.0.0.1. */
  readonly challengeUrl: string;
  /** Plain DNS at 127.0.0.1, as the CA sees it. */
  readonly dnsPort: number;
  /** PEM of the root that issued certificates end in. */
  issuingRoot(): Promise<string>;
  log(): string;
  stop(): Promise<void>;
}

export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  const certificate = options.place?.certificate ?? makeCertificate({ names: ['localhost', '127.0.0.1'] });
  const [free, managementPort, dnsPort, challengePort] = await freePorts(4);
  const port = options.place?.port ?? free!;
  const address = options.place?.address ?? '127.0.0.1';
  const { directory, caPem, caPath } = certificate;
  writeFileSync(
    join(directory, 'pebble.json'),
    JSON.stringify({
      pebble: {
        listenAddress: `${address}:${port}`,
        managementListenAddress: `127.0.0.1:${managementPort}`,
        certificate: certificate.certPath,
        privateKey: certificate.keyPath,
        httpPort: options.httpPort ?? 1,
        tlsPort: options.tlsPort ?? 1,
        ocspResponderURL: '',
        externalAccountBindingRequired: options.externalAccounts !== undefined,
        externalAccountMACKeys: options.externalAccounts ?? {},
        domainBlocklist: options.blockedNames ?? [],
      },
    }),
  );
  let log = '';
  const start = (command: string, parameters: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const path = findCommand(command);
    if (path === undefined) throw new Error(`not installed: ${command}`);
    const words = [...endWithUs(), path, ...parameters];
    const child = spawn(words[0]!, words.slice(1), {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    child.stdout!.on('data', (chunk: Buffer) => (log += chunk));
    child.stderr!.on('data', (chunk: Buffer) => (log += chunk));
    return child;
  };
  const noOther = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
  const challenges = start('pebble-challtestsrv', [
    ...['-defaultIPv6', '', '-defaultIPv4', '127.0.0.1', '-dns01', `127.0.0.1:${dnsPort}`],
    ...['-management', `${address}:${challengePort}`, ...noOther],
  ]);
  const pebble = start(
    'pebble',
    ['-config', join(directory, 'pebble.json'), '-dnsserver', options.dnsServer ?? `127.0.0.1:${dnsPort}`],
    {
      PEBBLE_VA_NOSLEEP: '1',
      PEBBLE_AUTHZREUSE: '0',
      PEBBLE_WFE_NONCEREJECT: String(options.refusedNonces ?? 0),
    },
  );
  const stop = async (): Promise<void> => {
    await Promise.all([endProcess(pebble, STOP_MILLISECONDS), endProcess(challenges, STOP_MILLISECONDS)]);
    if (options.place === undefined) certificate.remove();
  };
  const manage = async (path: string, body: object): Promise<void> => {
    const url = `http://${address}:${challengePort}${path}`;
    const { status } = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    if (status !== 200) throw new Error(`${url}: status ${status}`);
  };
  const directoryUrl = `https://${address}:${port}/dir`;
  try {
    const giveUpAt = performance.now() + READY_MILLISECONDS;
    for (const isUp of [
      () => get(directoryUrl, caPem).then(() => true),
      () => manage('/clear-txt', { host: 'ready.example.' }).then(() => true),
    ]) {
      while (!(await isUp().catch(() => false))) {
        if (hasEnded(pebble) || hasEnded(challenges)) throw new Error(`pebble ended at once:\n${log}`);
        if (performance.now() > giveUpAt) throw new Error(`pebble does not answer:\n${log}`);
        await wait(50);
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    directoryUrl,
    port,
    caPath,
    caPem,
    challengeUrl: `http://${address}:${challengePort}`,
    dnsPort: dnsPort!,
    issuingRoot: () => get(`https://127.0.0.1:${managementPort}/roots/0`, caPem),
    log: () => log,
    stop,
  };
}

async function get(url: string, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(url, { ca, agent: false }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk)).on('end', () => resolve(text));
  })
    .on('error', reject)
    .end();
  return promise;
}
