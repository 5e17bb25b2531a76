// `sotto explain`: what happens to a name and why. The running gateway knows best; without one, what it left on disk.

import { explainName } from '../control-plane/explain/explain-name.ts';
import type { Explanation } from '../control-plane/explain/explanation.ts';
import { type NamedClient, readClient } from '../control-plane/explain/who-asks.ts';
import type { Settings } from '../control-plane/settings/settings.ts';
import { OperatorError } from '../errors.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { TYPE } from '../wire/numbers.ts';
import { readArguments } from './arguments.ts';
import { askGateway } from './explain/ask-gateway.ts';
import { explanationToText } from './explain/explanation-text.ts';
import { type Compiled, readCompiled } from './explain/read-compiled.ts';
import { controlSocketPath } from './gateway-request.ts';
import { readType } from './query/question.ts';
import { settingsOrFaults } from './settings-or-faults.ts';
import { visible } from './visible-text.ts';

const USAGE = 'sotto explain NAME [TYPE] [--client ADDRESS_OR_ID] [--offline] [--json]';

export async function explain(args: readonly string[]): Promise<number> {
  const { words, options, flags } = readArguments(args, {
    usage: USAGE,
    options: ['client', 'config'],
    flags: ['offline', 'json'],
    words: { required: ['NAME'], optional: ['TYPE'] },
  });
  const name = words[0]!;
  const isAddress = parseAddress(name, new Uint8Array(16));
  const type = words[1] === undefined ? (isAddress ? TYPE.PTR : TYPE.A) : readType(words[1]);
  const client = clientIn(options.client);
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const told = flags.has('offline')
    ? undefined
    : await askGateway(settings.stateDirectory, { name, type, client: client?.text, looksAtAnswer: true });
  if (told !== undefined) {
    show(told, undefined, flags.has('json'));
    return 0;
  }
  const compiled = await readCompiled(settings);
  if (compiled === undefined) throw nothingToRead(settings);
  const explanation = await explainName(compiled.context, name, type, client);
  if (explanation === undefined) throw new OperatorError('USAGE', `"${visible(name)}" is not a domain name`);
  show(explanation, offlineNotice(settings, compiled, flags.has('offline')), flags.has('json'));
  return 0;
}

/** `notice`: what it rests on, where no gateway was asked. */
function show(explanation: Explanation, notice: string | undefined, asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify({ ...explanation, withoutGateway: notice ?? null }, null, 2));
    return;
  }
  const hasColors = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  console.log(explanationToText(explanation, { hasColors, now: Date.now(), notice }));
}

function clientIn(text: string | undefined): NamedClient | undefined {
  const client = text === undefined ? undefined : readClient(text);
  if (text === undefined || client !== undefined) return client;
  const forms = 'an ID has letters, digits and hyphens';
  throw new OperatorError('USAGE', `--client "${visible(text)}" is neither an IP address nor a client ID (${forms})`);
}

/** A sentence or two. */
function offlineNotice({ stateDirectory }: Settings, { compiledAt, isCurrent }: Compiled, isWanted: boolean): string {
  const socket = visible(controlSocketPath(stateDirectory));
  const none = isWanted ? 'No gateway is asked (--offline).' : `No gateway is running (nobody listens on ${socket}).`;
  if (compiledAt === undefined) return `${none} This is what the rules of the configuration say.`;
  const date = `${compiledAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (isCurrent) return `${none} This is what the lists compiled on ${date} say.`;
  return `${none} This is what the lists compiled on ${date} say; lists have changed since, and the next start compiles them anew.`;
}

function nothingToRead({ stateDirectory, configFile }: Settings): OperatorError {
  const command = configFile === undefined ? 'sotto run' : `sotto run --config ${visible(configFile)}`;
  const advice = `start the gateway once ("${command}"), or name the configuration of one that runs with --config FILE`;
  return new OperatorError(
    'NOTHING_COMPILED',
    `no gateway is running, and ${visible(stateDirectory)} holds no compiled lists; ${advice}`,
  );
}
