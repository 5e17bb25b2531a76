// The running gateway's own word, over the control socket in its state directory.

import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { CONTROL_SOCKET_NAME } from '../../control-plane/api/control-socket.ts';
import type { Explanation } from '../../control-plane/explain/explain-name.ts';
import { OperatorError } from '../../errors.ts';
import { visible } from '../visible-text.ts';

/** Finding the line of a list may mean reading through all of a large one. */
const TIMEOUT_MILLISECONDS = 10_000;
const BODY_BYTES_MAX = 1_000_000;

/** A socket that is not there, or that nobody listens on; a path too long for a socket cannot have one either. */
const NO_GATEWAY = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ENOTSOCK', 'EINVAL', 'ENAMETOOLONG']);

/** Undefined if no gateway runs there. Rejects with OperatorError. */
export async function askGateway(stateDirectory: string, name: string): Promise<Explanation | undefined> {
  const path = controlSocketPath(stateDirectory);
  let answer: { status: number; body: string };
  try {
    answer = await get(path, `/v1/explain?${new URLSearchParams({ name })}`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    if (NO_GATEWAY.has(code)) return undefined;
    if (code === 'EACCES' || code === 'EPERM') throw forbidden(path);
    throw new OperatorError('GATEWAY_SILENT', `${visible(path)}: the running gateway does not answer (${code})`);
  }
  if (answer.status === 400) throw new OperatorError('USAGE', visible(errorIn(answer.body)));
  const explanation = answer.status === 200 ? parsed(answer.body) : undefined;
  if (isExplanation(explanation)) return explanation;
  const advice = 'does another version of sotto run there?';
  throw new OperatorError(
    'GATEWAY_SILENT',
    `${visible(path)}: this is no explanation (status ${answer.status}); ${advice}`,
  );
}

export function controlSocketPath(stateDirectory: string): string {
  return join(stateDirectory, CONTROL_SOCKET_NAME);
}

export function forbidden(path: string): OperatorError {
  const advice = 'run this command as root or as the user of the gateway (server.user)';
  return new OperatorError('GATEWAY_FORBIDDEN', `${visible(path)}: this user may not use it; ${advice}`);
}

/** Rejects with the system's error, or one whose message says what went wrong. */
async function get(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const asked = request({ socketPath, path, signal, headers: { host: 'control' }, agent: false }, resolve);
  asked.on('error', (error) => reject(signal.aborted ? new Error('no answer in time') : error));
  asked.end();
  const response = await promise;
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > BODY_BYTES_MAX) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
    return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
  } finally {
    asked.destroy();
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function errorIn(body: string): string {
  const value = parsed(body);
  const error = typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
  return typeof error === 'string' ? error : 'the gateway does not take this as a name';
}

/** Its fields as far as they are shown. */
function isExplanation(value: unknown): value is Explanation {
  if (typeof value !== 'object' || value === null) return false;
  const { name, action, sentence, response, sourceName, matchedName, line } = value as Record<string, unknown>;
  const areTexts = [name, action, sentence].every((text) => typeof text === 'string');
  const mayBeTexts = [response, sourceName, matchedName].every(
    (text) => text === undefined || typeof text === 'string',
  );
  return areTexts && mayBeTexts && (line === undefined || isLine(line));
}

function isLine(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { file, number, text } = value as Record<string, unknown>;
  return typeof file === 'string' && typeof number === 'number' && typeof text === 'string';
}
