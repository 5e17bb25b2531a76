// `sotto cache`: what the running gateway's cache holds, and taking answers out of it.

import type { CacheFlushed, CacheStatus } from '../control-plane/api/cache-routes.ts';
import { OperatorError } from '../errors.ts';
import { nameFromInternational } from '../wire/international-name.ts';
import { readArguments } from './arguments.ts';
import { type GatewayAnswer, controlSocketPath, requestGateway, strangeAnswer } from './gateway-request.ts';
import { settingsOrFaults } from './settings-or-faults.ts';
import { visible } from './visible-text.ts';

const USAGE = 'sotto cache, or sotto cache flush NAME [--suffix], or sotto cache flush --all';

export async function cache(args: readonly string[]): Promise<number> {
  const { words, options, flags } = readArguments(args, {
    usage: USAGE,
    options: ['config'],
    flags: ['suffix', 'all'],
    words: { required: [], optional: ['flush', 'NAME'] },
  });
  const [action, name] = words;
  if (action === undefined && flags.size > 0)
    throw new OperatorError('USAGE', `--suffix and --all belong to flush; ${USAGE}`);
  if (action !== undefined && action !== 'flush') {
    throw new OperatorError('USAGE', `"${visible(action)}" is nothing to do with a cache; ${USAGE}`);
  }
  const query = action === undefined ? undefined : flushQuery(name, flags);
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const { stateDirectory } = settings;
  console.log(query === undefined ? await status(stateDirectory) : await flush(stateDirectory, query));
  return 0;
}

function flushQuery(name: string | undefined, flags: ReadonlySet<string>): URLSearchParams {
  if (flags.has('all')) {
    if (name !== undefined || flags.has('suffix')) throw new OperatorError('USAGE', `--all stands alone; ${USAGE}`);
    return new URLSearchParams({ all: '' });
  }
  if (name === undefined) throw new OperatorError('USAGE', `NAME is missing; ${USAGE}`);
  if (name.startsWith('*.')) {
    const below = name.slice(2);
    const advice = `write sotto cache flush ${visible(below)} --suffix, for it and all below it`;
    throw new OperatorError('USAGE', `"${visible(name)}" is one name, and hardly the one you mean; ${advice}`);
  }
  if (nameFromInternational(name) === undefined)
    throw new OperatorError('USAGE', `"${visible(name)}" is not a domain name`);
  return new URLSearchParams({ name, ...(flags.has('suffix') ? { suffix: '' } : {}) });
}

async function status(stateDirectory: string): Promise<string> {
  const answer = await ask(stateDirectory, 'GET', '/v1/cache');
  const { body } = answer;
  if (answer.status !== 200 || !hasNumbers(body, ['entryCount', 'usedBytes', 'byteLength', 'hits', 'misses']))
    throw strangeAnswer(stateDirectory, 'this says nothing of a cache', answer);
  const { entryCount, usedBytes, byteLength, hits, misses } = body as unknown as CacheStatus;
  const asked = hits + misses;
  const share = asked === 0 ? '' : `, ${((100 * hits) / asked).toFixed(1)} % of ${asked} questions`;
  return [
    `answers   ${entryCount}`,
    `memory    ${megabytes(usedBytes)} of ${megabytes(byteLength)} MB`,
    `hits      ${hits}${share}`,
  ].join('\n');
}

async function flush(stateDirectory: string, query: URLSearchParams): Promise<string> {
  const answer = await ask(stateDirectory, 'POST', `/v1/cache/flush?${query}`);
  const { body } = answer;
  if (answer.status !== 200 || !hasNumbers(body, ['answers', 'partsHeld']))
    throw strangeAnswer(stateDirectory, 'this is not what became of a flush', answer);
  const { answers, partsHeld, areOnDisk } = body as unknown as CacheFlushed;
  const said = [answers === 1 ? '1 answer went' : `${answers} answers went`];
  if (partsHeld > 0) said.push(`${partsHeld} parts of the cache were busy, so try again`);
  if (areOnDisk) said.push('the file of kept answers has them still, since it cannot be removed (the log says why)');
  return said.join('; ');
}

async function ask(stateDirectory: string, method: 'GET' | 'POST', path: string): Promise<GatewayAnswer> {
  const answer = await requestGateway(stateDirectory, method, path);
  if (answer !== undefined) return answer;
  const where = visible(controlSocketPath(stateDirectory));
  const advice = 'the cache is a part of it; name the configuration of one that runs with --config FILE';
  throw new OperatorError('GATEWAY_SILENT', `no gateway is running (nobody listens on ${where}), and ${advice}`);
}

function megabytes(octets: number): string {
  return (octets / 1e6).toFixed(1);
}

function hasNumbers(value: unknown, keys: readonly string[]): value is Record<string, number> {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Record<string, unknown> = { ...value };
  return keys.every((key) => typeof fields[key] === 'number');
}
