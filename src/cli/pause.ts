// `sotto pause` and `sotto resume`: filtering off for a time, for all or for one group, and on again.

import type { GroupsPaused, GroupsResumed, GroupsStatus } from '../control-plane/api/group-routes.ts';
import { OperatorError } from '../errors.ts';
import { readArguments } from './arguments.ts';
import { controlSocketPath, type GatewayAnswer, requestGateway, strangeAnswer } from './gateway-request.ts';
import { groupStateText, untilText } from './pause/group-state-text.ts';
import { settingsOrFaults } from './settings-or-faults.ts';
import { visible } from './visible-text.ts';

const PAUSE_USAGE = 'sotto pause [DURATION] [--group NAME], with a DURATION such as 30m or 2h';
const RESUME_USAGE = 'sotto resume [--group NAME]';

export async function pause(args: readonly string[]): Promise<number> {
  const { words, options } = readArguments(args, {
    usage: PAUSE_USAGE,
    options: ['group', 'config'],
    words: { required: [], optional: ['DURATION'] },
  });
  const [duration] = words;
  const { group } = options;
  if (duration === undefined && group !== undefined)
    throw new OperatorError('USAGE', `DURATION is missing; ${PAUSE_USAGE}`);
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const { stateDirectory } = settings;
  console.log(duration === undefined ? await show(stateDirectory) : await begin(stateDirectory, duration, group));
  return 0;
}

export async function resume(args: readonly string[]): Promise<number> {
  const { options } = readArguments(args, { usage: RESUME_USAGE, options: ['group', 'config'] });
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  console.log(await end(settings.stateDirectory, options.group));
  return 0;
}

async function show(stateDirectory: string): Promise<string> {
  const answer = await ask(stateDirectory, 'GET', '/v1/groups');
  const { groups } = (answer.body ?? {}) as Partial<GroupsStatus>;
  if (answer.status !== 200 || !Array.isArray(groups))
    throw strangeAnswer(stateDirectory, 'this says nothing of groups', answer);
  return groupStateText(groups, Date.now());
}

async function begin(stateDirectory: string, duration: string, group: string | undefined): Promise<string> {
  const query = new URLSearchParams({ duration, ...(group === undefined ? {} : { group }) });
  const answer = await ask(stateDirectory, 'POST', `/v1/pause?${query}`);
  const { paused, isEverybody, until } = (answer.body ?? {}) as Partial<GroupsPaused>;
  if (answer.status !== 200 || !Array.isArray(paused) || typeof until !== 'number')
    throw strangeAnswer(stateDirectory, 'this is not what became of a pause', answer);
  const whom = isEverybody === true ? 'everybody' : paused.map(visible).join(', ');
  const undo = isEverybody === true ? 'sotto resume' : `sotto resume --group ${paused.map(visible).join(', ')}`;
  return `filtering is paused for ${whom} until ${untilText(until, Date.now())}; "${undo}" ends it before`;
}

async function end(stateDirectory: string, group: string | undefined): Promise<string> {
  const query = group === undefined ? '' : `?${new URLSearchParams({ group })}`;
  const answer = await ask(stateDirectory, 'POST', `/v1/resume${query}`);
  const { resumed } = (answer.body ?? {}) as Partial<GroupsResumed>;
  if (answer.status !== 200 || !Array.isArray(resumed))
    throw strangeAnswer(stateDirectory, 'this is not what became of a pause', answer);
  if (resumed.length === 0) return 'nothing was paused';
  return `filtering goes on for ${resumed.map(visible).join(', ')}`;
}

async function ask(stateDirectory: string, method: 'GET' | 'POST', path: string): Promise<GatewayAnswer> {
  const answer = await requestGateway(stateDirectory, method, path);
  if (answer !== undefined) return answer;
  const where = visible(controlSocketPath(stateDirectory));
  const advice = 'a pause is a part of it; name the configuration of one that runs with --config FILE';
  throw new OperatorError('GATEWAY_SILENT', `no gateway is running (nobody listens on ${where}), and ${advice}`);
}
