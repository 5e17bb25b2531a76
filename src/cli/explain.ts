// `sotto explain`: what happens to a name and why. The running gateway knows best; without one, what it left on disk.

import { explainName } from '../control-plane/explain/explain-name.ts';
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

export async function explain(args: readonly string[]): Promise<number> {
  const { words, options } = readArguments(args, {
    usage: 'sotto explain NAME [TYPE]',
    options: ['client', 'config'],
    words: { required: ['NAME'], optional: ['TYPE'] },
  });
  const name = words[0]!;
  const isAddress = parseAddress(name, new Uint8Array(16));
  const type = words[1] === undefined ? (isAddress ? TYPE.PTR : TYPE.A) : readType(words[1]);
  const client = readClient(options.client);
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const told = await askGateway(settings.stateDirectory, name, type, options.client);
  if (told !== undefined) {
    console.log(explanationToText(told, type));
    return 0;
  }
  const compiled = await readCompiled(settings);
  if (compiled === undefined) throw nothingToRead(settings);
  const explanation = await explainName(compiled.context, name, type, client);
  if (explanation === undefined) throw new OperatorError('USAGE', `"${visible(name)}" is not a domain name`);
  console.log(`${offlineNotice(settings, compiled)}\n${explanationToText(explanation, type)}`);
  return 0;
}

/** 16 octets. */
function readClient(client: string | undefined): Uint8Array | undefined {
  const address = new Uint8Array(16);
  if (client === undefined) return undefined;
  if (parseAddress(client, address)) return address;
  throw new OperatorError('USAGE', `--client "${visible(client)}" is not an IP address`);
}

function offlineNotice(settings: Settings, { compiledAt, isCurrent }: Compiled): string {
  const none = `No gateway is running (nobody listens on ${visible(controlSocketPath(settings.stateDirectory))}).`;
  if (compiledAt === undefined) return `${none} What the rules of the configuration say:`;
  const date = `${compiledAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (isCurrent) return `${none} What the lists compiled on ${date} say:`;
  return `${none} What the lists compiled on ${date} say; lists or rules have changed since, and the next start compiles them anew:`;
}

function nothingToRead({ stateDirectory, configFile }: Settings): OperatorError {
  const command = configFile === undefined ? 'sotto run' : `sotto run --config ${visible(configFile)}`;
  const advice = `start the gateway once ("${command}"), or name the configuration of one that runs with --config FILE`;
  return new OperatorError(
    'NOTHING_COMPILED',
    `no gateway is running, and ${visible(stateDirectory)} holds no compiled lists; ${advice}`,
  );
}
