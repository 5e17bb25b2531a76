// A request to the running gateway, over the control socket in its state directory.

import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { CONTROL_SOCKET_NAME } from '../control-plane/api/control-socket.ts';
import { OperatorError } from '../errors.ts';
import { visible } from './visible-text.ts';

const TIMEOUT_MILLISECONDS = 10_000;
const BODY_BYTES_MAX = 1_000_000;

/** A socket that is not there, or that nobody listens on; a path too long for a socket cannot have one either. */
const NO_GATEWAY = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ENOTSOCK', 'EINVAL', 'ENAMETOOLONG']);

export interface GatewayAnswer {
  readonly status: number;
  /** Of its JSON; undefined if it is none. */
  readonly body: unknown;
}

/** Undefined if no gateway runs there. Rejects with OperatorError; what the gateway does not accept (400) is USAGE. */
export async function requestGateway(
  stateDirectory: string,
  method: 'GET' | 'POST',
  path: string,
  timeoutMilliseconds: number = TIMEOUT_MILLISECONDS,
): Promise<GatewayAnswer | undefined> {
  const socketPath = controlSocketPath(stateDirectory);
  try {
    const { status, text } = await send(socketPath, method, path, timeoutMilliseconds);
    const body = parsed(text);
    if (status === 400) throw new OperatorError('USAGE', visible(errorIn(body)));
    return { status, body };
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    if (NO_GATEWAY.has(code)) return undefined;
    if (code === 'EACCES' || code === 'EPERM') throw forbidden(socketPath);
    throw new OperatorError('GATEWAY_SILENT', `${visible(socketPath)}: the running gateway does not answer (${code})`);
  }
}

/** For an answer that is not what was asked for. `what`: e.g. "this is no explanation". */
export function strangeAnswer(stateDirectory: string, what: string, { status }: GatewayAnswer): OperatorError {
  const place = visible(controlSocketPath(stateDirectory));
  return new OperatorError(
    'GATEWAY_SILENT',
    `${place}: ${what} (status ${status}); does another version of sotto run there?`,
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
async function send(
  socketPath: string,
  method: string,
  path: string,
  timeoutMilliseconds: number,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const asked = request({ socketPath, path, method, signal, headers: { host: 'control' }, agent: false }, resolve);
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
    return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
  } finally {
    asked.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorIn(body: unknown): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return typeof error === 'string' ? error : 'the gateway does not take this';
}
