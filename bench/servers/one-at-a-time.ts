// For scenarios in which every run starts its server anew, and stops it: the outside server is there throughout.

import { makeCertificate } from '../../test/fixtures/make-certificate.ts';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { VoidRun } from '../measure/void-run.ts';
import type { ServerDescription } from '../scenario.ts';
import { startOutside } from './outside.ts';
import { type RunningServer, SERVER_ADDRESS, SERVER_HOST_NAME, type ServerKind, type StartOptions } from './server.ts';

export type RunOptions = Omit<StartOptions, 'outside' | 'certificate'>;

export interface OneAtATime {
  /** Of what has run so far. */
  readonly descriptions: ReadonlyMap<string, ServerDescription>;
  /** Runs one, does something with it, and stops it. A peer that does not start voids the run. */
  run<Result>(kind: ServerKind, options: RunOptions, use: (server: RunningServer) => Promise<Result>): Promise<Result>;
}

export async function oneAtATime<Result>(work: (servers: OneAtATime) => Promise<Result>): Promise<Result> {
  const certificate = makeCertificate({ names: [SERVER_HOST_NAME, SERVER_ADDRESS] });
  const outside = await startOutside(certificate);
  const descriptions = new Map<string, ServerDescription>();
  const start = async (kind: ServerKind, options: RunOptions): Promise<RunningServer> => {
    try {
      return await kind.start({ ...options, outside, certificate });
    } catch (error) {
      if (kind.role === 'gateway') throw error;
      throw new VoidRun(error instanceof Error ? error.message : String(error));
    }
  };
  try {
    return await work({
      descriptions,
      run: async (kind, options, use) => {
        const server = await start(kind, options);
        const { name } = kind;
        if (!descriptions.has(name))
          descriptions.set(name, { name, version: kind.version(), configuration: server.configuration });
        try {
          return await use(server);
        } finally {
          await server.stop();
        }
      },
    });
  } finally {
    await outside.stop();
    certificate.remove();
  }
}

/** A state directory in which a gateway has left its compiled lists: what its second start finds. */
export async function stateWithCompiledLists(
  servers: OneAtATime,
  kind: ServerKind,
  options: RunOptions,
): Promise<string> {
  const { path: stateDirectory } = temporaryDirectory('bench-state');
  // It ends when the table is on the disk.
  await servers.run(kind, { ...options, stateDirectory }, async () => undefined);
  return stateDirectory;
}
