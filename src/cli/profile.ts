// `sotto profile`: a configuration profile for Apple devices, made by the running gateway, which knows its certificates.

import { writeFileSync } from 'node:fs';
import type { ProfileAnswer } from '../control-plane/clients/profile/profile-route.ts';
import { OperatorError } from '../errors.ts';
import { readArguments } from './arguments.ts';
import { controlSocketPath, requestGateway, strangeAnswer } from './gateway-request.ts';
import { settingsOrFaults } from './settings-or-faults.ts';
import { visible } from './visible-text.ts';

const USAGE = 'sotto profile [FILE] [--dot] [--name NAME] [--client ID]';
/** As the gateway knows them too. */
const LISTS = ['address', 'only-ssid', 'except-ssid', 'except-domain', 'only-domain'] as const;

export async function profile(args: readonly string[]): Promise<number> {
  const { words, options, flags, lists } = readArguments(args, {
    usage: USAGE,
    options: ['config', 'name', 'client'],
    lists: LISTS,
    flags: ['dot', 'unsigned'],
    words: { required: [], optional: ['FILE'] },
  });
  const [file] = words;
  const isSigned = !flags.has('unsigned');
  if (file === undefined && isSigned && process.stdout.isTTY)
    throw new OperatorError('USAGE', 'a signed profile is no text for a terminal; name a FILE, or add --unsigned');
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const query = new URLSearchParams();
  for (const option of ['name', 'client'] as const)
    if (options[option] !== undefined) query.append(option, options[option]);
  for (const list of LISTS) for (const value of lists[list]) query.append(list, value);
  for (const flag of flags) query.append(flag, '');
  const answer = await ask(settings.stateDirectory, query);
  const octets = Buffer.from(answer.base64, 'base64');
  if (file === undefined) process.stdout.write(octets);
  else {
    writeProfile(file, octets);
    console.log(`${visible(file)}: for ${visible(answer.host)}${answer.isSigned ? ', signed' : ''}`);
  }
  for (const notice of answer.notices) console.error(visible(notice));
  return 0;
}

async function ask(stateDirectory: string, query: URLSearchParams): Promise<ProfileAnswer> {
  const answer = await requestGateway(stateDirectory, 'GET', `/v1/profile?${query}`);
  if (answer === undefined) {
    const where = visible(controlSocketPath(stateDirectory));
    const advice =
      'a profile is made by the one that holds the certificates; name the configuration with --config FILE';
    throw new OperatorError('GATEWAY_SILENT', `no gateway is running (nobody listens on ${where}), and ${advice}`);
  }
  if (answer.status !== 200 || !isProfile(answer.body))
    throw strangeAnswer(stateDirectory, 'this is no profile', answer);
  return answer.body;
}

function writeProfile(file: string, octets: Uint8Array): void {
  try {
    writeFileSync(file, octets);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new OperatorError('FILE_UNWRITABLE', `${visible(file)}: cannot be written (${code})`, { cause });
  }
}

function isProfile(body: unknown): body is ProfileAnswer {
  return typeof body === 'object' && body !== null && 'base64' in body && 'notices' in body && 'host' in body;
}
