// `sotto lists`: how the lists of the running gateway stand, looking for new versions now, and accepting one that is held back.

import type { ListAccepted, ListsStatus, ListsUpdate } from '../control-plane/api/list-routes.ts';
import { countText, timeText } from '../control-plane/lists/quantity-text.ts';
import { OperatorError } from '../errors.ts';
import { readArguments } from './arguments.ts';
import { type GatewayAnswer, controlSocketPath, requestGateway, strangeAnswer } from './gateway-request.ts';
import { followUpdate } from './lists/follow-update.ts';
import { listText } from './lists/list-text.ts';
import { listTable } from './lists/list-table-text.ts';
import { settingsOrFaults } from './settings-or-faults.ts';
import { visible } from './visible-text.ts';

const USAGE =
  'sotto lists [NAME] [--verbose] [--json], or sotto lists update [NAME], or sotto lists accept NAME; a list that is called update or accept: sotto lists -- NAME';

export async function lists(args: readonly string[]): Promise<number> {
  const { words, options, flags } = readArguments(args, {
    usage: USAGE,
    options: ['config'],
    flags: ['verbose', 'json'],
    words: { required: [], optional: ['update, accept or NAME', 'NAME'] },
  });
  // Behind "--" stands a name, whatever it looks like.
  const behindDashes = args.indexOf('--');
  const isName = behindDashes >= 0 && args[behindDashes + 1] === words[0];
  const isAction = !isName && (words[0] === 'update' || words[0] === 'accept');
  const action = isAction ? words[0] : undefined;
  const [name, tooMany] = isAction ? words.slice(1) : words;
  if (tooMany !== undefined) throw new OperatorError('USAGE', `"${visible(tooMany)}" is one word too many; ${USAGE}`);
  if (action === 'accept' && name === undefined) throw new OperatorError('USAGE', `NAME is missing; ${USAGE}`);
  if (action !== undefined && flags.size > 0)
    throw new OperatorError('USAGE', `--verbose and --json belong to the state of lists; ${USAGE}`);
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const { stateDirectory } = settings;
  if (action === 'update') return await update(stateDirectory, name);
  if (action === 'accept') return await accept(stateDirectory, name!);
  return await show(stateDirectory, name, flags);
}

async function show(stateDirectory: string, name: string | undefined, flags: ReadonlySet<string>): Promise<number> {
  const { table, lists: all } = await status(stateDirectory);
  const chosen = name === undefined ? all : all.filter((list) => list.name === name);
  if (name !== undefined && chosen.length === 0) {
    const known =
      all.length === 0 ? 'there are none' : `there are: ${all.map((list) => visible(list.name)).join(', ')}`;
    throw new OperatorError('USAGE', `there is no list "${visible(name)}"; ${known}`);
  }
  if (flags.has('json')) console.log(JSON.stringify({ table, lists: chosen }, null, 2));
  else if (name !== undefined || flags.has('verbose'))
    console.log(chosen.map((list) => listText(list, Date.now())).join('\n\n'));
  else console.log(listTable({ table, lists: all }, Date.now()));
  return 0;
}

async function update(stateDirectory: string, name: string | undefined): Promise<number> {
  const query = name === undefined ? '' : `?${new URLSearchParams({ name })}`;
  const answer = await ask(stateDirectory, 'POST', `/v1/lists/update${query}`);
  const { tries } = (answer.body ?? {}) as Partial<ListsUpdate>;
  if (answer.status !== 200 || !Array.isArray(tries))
    throw strangeAnswer(stateDirectory, 'this says nothing of lists', answer);
  if (tries.length === 0) console.log('there are no lists');
  const all = await followUpdate(
    tries,
    () => status(stateDirectory),
    (line) => console.log(line),
  );
  return all ? 0 : 1;
}

async function accept(stateDirectory: string, name: string): Promise<number> {
  const answer = await ask(stateDirectory, 'POST', `/v1/lists/accept?${new URLSearchParams({ name })}`);
  const { accepted, version } = (answer.body ?? {}) as Partial<ListAccepted>;
  if (answer.status !== 200 || accepted !== name || version === undefined)
    throw strangeAnswer(stateDirectory, 'this is not what became of a list', answer);
  console.log(
    `${visible(name)}: accepted the version of ${timeText(version.since)}, ${countText(version.names, 'rule')}`,
  );
  const all = await followUpdate(
    [],
    () => status(stateDirectory),
    (line) => console.log(line),
  );
  return all ? 0 : 1;
}

async function status(stateDirectory: string): Promise<ListsStatus> {
  const answer = await ask(stateDirectory, 'GET', '/v1/lists');
  const { table, lists: all } = (answer.body ?? {}) as Partial<ListsStatus>;
  if (answer.status !== 200 || table === undefined || !Array.isArray(all))
    throw strangeAnswer(stateDirectory, 'this says nothing of lists', answer);
  return { table, lists: all };
}

async function ask(stateDirectory: string, method: 'GET' | 'POST', path: string): Promise<GatewayAnswer> {
  const answer = await requestGateway(stateDirectory, method, path);
  if (answer !== undefined) return answer;
  const where = visible(controlSocketPath(stateDirectory));
  const advice = 'it keeps the lists; name the configuration of one that runs with --config FILE';
  throw new OperatorError('GATEWAY_SILENT', `no gateway is running (nobody listens on ${where}), and ${advice}`);
}
