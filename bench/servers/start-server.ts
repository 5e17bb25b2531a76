// The part that the starters of all servers share: ports, configuration, readiness, and what is told about the result.

import { freePorts } from '../../test/peers/free-ports.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { GATEWAY_CORE, type RunningServer, type ServerKind, type StartOptions } from './server.ts';

export interface Place {
  readonly directory: string;
  /** `control`: for the server's own control program, where it wants one. */
  readonly ports: RunningServer['ports'] & { readonly control: number };
}

export interface ServerProgram {
  /** Its name in the results. */
  readonly configurationFile: string;
  readonly configuration: (place: Place) => string;
  /** Words after the command. */
  readonly parameters: (place: Place) => readonly string[];
  /** More files beside the configuration, such as names to block in the server's own form. */
  readonly files?: (place: Place) => Readonly<Record<string, string>>;
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Without it, the server is started again where it has to forget. */
  readonly forgetAnswers?: (daemon: Daemon, place: Place) => Promise<void>;
}

export async function startServer(
  kind: ServerKind,
  options: StartOptions,
  program: ServerProgram,
): Promise<RunningServer> {
  const [dns, dot, doh, control] = await freePorts(4);
  const ports = { dns: dns!, dot: dot!, doh: doh!, control: control! };
  let configuration = '';
  const blocked = options.blockedNames;
  const daemon = await startDaemon({
    command: program.command ?? kind.command,
    parameters: (directory) => program.parameters({ directory, ports }),
    files: (directory) => {
      const place = { directory, ports };
      configuration = program.configuration(place);
      return { ...program.files?.(place), [program.configurationFile]: configuration };
    },
    cores: options.cores ?? GATEWAY_CORE,
    ...(program.environment === undefined ? {} : { environment: program.environment }),
    ready: {
      port: ports.dns,
      answers: [
        ...(options.isReadyWhenBlocking ? [] : [{ name: 'ready.example.org', rcode: 0 }]),
        ...(blocked === undefined ? [] : [{ name: blocked.example, rcode: 3 }]),
      ],
    },
  });
  const server: RunningServer = {
    kind,
    pid: daemon.pid,
    ports,
    // Where it ran says nothing about how it is set.
    configuration: configuration.replaceAll(daemon.directory, 'DIRECTORY'),
    startMilliseconds: daemon.startMilliseconds,
    forgetAnswers: async () => {
      if (program.forgetAnswers === undefined) {
        await daemon.stop();
        return startServer(kind, options, program);
      }
      await program.forgetAnswers(daemon, { directory: daemon.directory, ports });
      return server;
    },
    stop: () => daemon.stop(),
  };
  return server;
}
