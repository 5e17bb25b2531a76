// The servers of one scenario, started side by side with the same outside server and the same certificate.

import { type TestCertificate, makeCertificate } from '../../test/fixtures/make-certificate.ts';
import { askServer, rcodeOf } from '../load/ask.ts';
import { inTurn } from '../measure/turn.ts';
import { VoidRun } from '../measure/void-run.ts';
import type { BenchSetting, ServerDescription } from '../scenario.ts';
import { isInstalled } from './all-servers.ts';
import { type Outside, startOutside } from './outside.ts';
import {
  type Protocol,
  type RunningServer,
  SERVER_ADDRESS,
  SERVER_HOST_NAME,
  type ServerKind,
  type StartOptions,
} from './server.ts';

export interface Fleet {
  readonly outside: Outside;
  readonly certificate: TestCertificate;
  /** A server that is started again takes its own place. */
  readonly servers: RunningServer[];
  readonly descriptions: readonly ServerDescription[];
  /** Peers that did not start, and why. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

export type FleetOptions = Omit<StartOptions, 'outside' | 'certificate'>;

/** Of all servers those that can take part. One that is not installed is left out; one that does not start is too, with a note. The gateway has to start. */
export async function startFleet(
  isTaking: (kind: ServerKind) => boolean,
  options: FleetOptions,
  setting: BenchSetting,
): Promise<Fleet> {
  const certificate = makeCertificate({ names: [SERVER_HOST_NAME, SERVER_ADDRESS] });
  const outside = await startOutside(certificate);
  const servers: RunningServer[] = [];
  const notes: string[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...servers, outside].map((server) => server.stop()));
    certificate.remove();
  };
  try {
    for (const kind of setting.kinds.filter(isTaking).filter(isInstalled)) {
      setting.say(`starting ${kind.name}`);
      try {
        servers.push(asKind(kind, await inTurn('busy', () => kind.start({ ...options, outside, certificate }))));
      } catch (error) {
        if (kind.role === 'gateway') throw error;
        const reason = error instanceof Error ? error.message : String(error);
        setting.say(reason);
        notes.push(`${kind.name} is left out: ${reason.split('\n')[0]}`);
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const descriptions = servers.map(({ kind, configuration }) => ({
    name: kind.name,
    version: kind.version(),
    configuration,
  }));
  return { outside, certificate, servers, descriptions, notes, stop };
}

/** A kind may be a variant of the one that started the server, under a name of its own. */
function asKind(kind: ServerKind, server: RunningServer): RunningServer {
  return { ...server, kind, forgetAnswers: async () => asKind(kind, await server.forgetAnswers()) };
}

/** Asks for some names, over the protocol that is measured. Throws VoidRun if an answer is missing, or not what it must be. */
export async function verifyAnswers(
  { certificate }: Fleet,
  server: RunningServer,
  protocol: Protocol,
  names: readonly string[],
  isRight: (message: Uint8Array) => boolean,
): Promise<void> {
  if (server.kind.role === 'floor') return;
  for (const name of names) {
    const message = await askServer(server, protocol, name, certificate.caPem).catch((error: unknown) => {
      throw new VoidRun(`no answer for ${name} over ${protocol}: ${error instanceof Error ? error.message : error}`);
    });
    if (!isRight(message)) throw new VoidRun(`a wrong answer for ${name} over ${protocol} (code ${rcodeOf(message)})`);
  }
}
