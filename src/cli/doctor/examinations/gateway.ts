// Is a gateway running, and with this configuration?

import { statSync } from 'node:fs';
import { controlSocketPath } from '../../gateway-request.ts';
import type { Circumstances } from '../circumstances.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, unknown, warn } from '../finding.ts';
import type { GatewayStatus } from '../gateway-status.ts';

export const gateway: Examination = {
  name: 'gateway',
  subject: 'the gateway itself',
  examine: (circumstances) => Promise.resolve(findings(circumstances)),
};

function findings(circumstances: Circumstances): readonly Finding[] {
  const { gateway: state, settings, configFile } = circumstances;
  const socket = controlSocketPath(settings.stateDirectory);
  const configured = configFile ?? 'the built-in defaults';
  switch (state.kind) {
    case 'running':
      return runningFindings(circumstances, state.status);
    case 'none': {
      const option = configFile === undefined ? '' : ` --config ${configFile}`;
      return [
        fail(
          `no gateway runs with ${configured} (nobody listens on ${socket})`,
          `start it: sotto run${option}`,
          'if it has ended, the last lines of its log say why',
          'if one runs with another configuration: sotto doctor --config FILE',
        ),
      ];
    }
    case 'forbidden':
      return [
        unknown(
          `a gateway seems to run, but this user may not talk to it (${socket})`,
          'run "sotto doctor" as root or as the user of the gateway (server.user)',
        ),
      ];
    case 'silent':
      return [fail(`a gateway runs, but does not say how it is: ${state.reason}`, 'restart it; its log may say more')];
  }
}

function runningFindings({ configFile }: Circumstances, status: GatewayStatus): readonly Finding[] {
  const { processId, startedAt } = status;
  const ofGateway = status.configFile ?? 'the built-in defaults';
  const since = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ');
  const found: Finding[] = [ok(`runs as process ${processId} since ${since} UTC, with ${ofGateway}`)];
  if ((configFile ?? null) !== status.configFile) {
    const advice = status.configFile === null ? 'sotto doctor' : `sotto doctor --config ${status.configFile}`;
    found.push(
      warn(
        `the gateway has another configuration than this examination (${configFile ?? 'the built-in defaults'})`,
        advice,
      ),
    );
  } else if (configFile !== undefined && changedAt(configFile) > startedAt) {
    found.push(
      warn(
        `${configFile} has changed since the gateway started; what follows looks at the new one where it must`,
        `find its faults with "sotto check --config ${configFile}", then restart the gateway`,
      ),
    );
  }
  if (!status.listsComplete)
    found.push(
      warn(
        'not all lists have arrived yet, so names may be answered that will be blocked, or not answered at all',
        'wait for their download; the log of the gateway says why one fails',
      ),
    );
  return found;
}

/** Milliseconds since 1970; 0 for a file that is not there. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
