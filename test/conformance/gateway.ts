// One real gateway process for a conformance test file, in front of an upstream that the tests script.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { gatewayConfig } from '../e2e/gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, startGatewayProcess } from '../e2e/gateway-process.ts';
import type { Endpoint, Trust } from '../fixtures/listener-clients.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { type ScriptedAnswers, startScriptedAnswers } from './scripted-answers.ts';

const UPSTREAM_NAME = 'dns.example.org';

export interface GatewayUnderTestOptions {
  /** TOML put at the end: further tables. */
  readonly extra?: string;
  /** Lines of the table [server]. */
  readonly server?: string;
  /** Lines of the table [[upstream]]. */
  readonly upstream?: string;
  /** Lines of the table [cache], behind `max_bytes = "4MB"`. */
  readonly cache?: string;
  /** Keys before the first table. */
  readonly topLevel?: string;
  /** The whole table [listen]. Default: dns, dot and doh on loopback. */
  readonly listen?: string;
  readonly threads?: number;
  /** Files for its directory (name to text), for settings that name them. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Filled when the file's tests run, not while it is read. */
export interface GatewayUnderTest {
  readonly gateway: GatewayProcess;
  readonly upstream: ScriptedAnswers;
  /** How to trust the gateway's own certificate. */
  readonly trust: Trust;
  readonly dns: Endpoint;
  readonly dot: Endpoint;
  readonly doh: Endpoint;
}

/** Called while a test file is read: the gateway starts before its first test and ends after its last. */
export function gatewayUnderTest(options: GatewayUnderTestOptions = {}): GatewayUnderTest {
  const stage = new Stage();
  before(() => stage.start(options));
  after(() => stage.endings.disposeAsync());
  return stage;
}

class Stage implements GatewayUnderTest {
  readonly endings = new AsyncDisposableStack();
  #gateway: GatewayProcess | undefined;
  #upstream: ScriptedAnswers | undefined;

  async start({ files = {}, threads = 1, listen, ...lines }: GatewayUnderTestOptions) {
    const certificate = makeCertificate({ names: [UPSTREAM_NAME] });
    this.endings.defer(() => certificate.remove());
    const upstream = await startScriptedAnswers(certificate);
    this.endings.defer(() => upstream.server.stop());
    this.#upstream = upstream;
    const { address, port } = upstream.server;
    const peer = { hostName: UPSTREAM_NAME, address, dohPort: port, caPem: certificate.caPem };
    const directory = makeGatewayDirectory();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const listening = listen === undefined ? {} : { listen };
    const config = gatewayConfig({ directory, upstreams: [peer], threads, ...lines, ...listening });
    const gateway = await startGatewayProcess({ directory, config });
    this.endings.defer(async () => void (await gateway.stop()));
    this.#gateway = gateway;
  }

  get gateway(): GatewayProcess {
    if (this.#gateway === undefined) throw new Error('the gateway has not started');
    return this.#gateway;
  }

  get upstream(): ScriptedAnswers {
    if (this.#upstream === undefined) throw new Error('the upstream has not started');
    return this.#upstream;
  }

  get trust(): Trust {
    return { ca: readFileSync(this.gateway.caPath, 'utf8'), servername: 'localhost' };
  }

  get dns(): Endpoint {
    return at(this.gateway.ports.dns);
  }

  get dot(): Endpoint {
    return at(this.gateway.ports.dot);
  }

  get doh(): Endpoint {
    return at(this.gateway.ports.doh);
  }
}

function at(port: number): Endpoint {
  return { address: '127.0.0.1', port };
}
