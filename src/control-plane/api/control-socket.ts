// The running gateway's own door: HTTP on a Unix socket in state_dir, mode 0600, for the commands of this program.

import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';

export const CONTROL_SOCKET_NAME = 'control.sock';
/** Of sun_path, without its final zero: 108 on Linux, 104 on the BSDs and macOS. */
const PATH_MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/** Answers a request with a value that becomes JSON, or with a fault. `parameters` are those of the query string. */
export type Route = (parameters: URLSearchParams) => Promise<RouteAnswer> | RouteAnswer;
export type RouteAnswer =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 400; readonly error: string };

export interface ControlSocket {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Opens the socket; routes are named by path, those that change something by "POST /path". A stale one is replaced: the state
 * directory is locked, so nobody lives behind it. Rejects with an OperatorError STATE_DIRECTORY.
 */
export async function openControlSocket(
  stateDirectory: string,
  routes: Readonly<Record<string, Route>>,
): Promise<ControlSocket> {
  const path = join(stateDirectory, CONTROL_SOCKET_NAME);
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 5_000 }, (request, response) => {
    answer(routes, request, response).catch(() => response.destroy());
  });
  try {
    rmSync(path, { force: true });
    await listenPrivately(server, path);
  } catch (cause) {
    throw new OperatorError('STATE_DIRECTORY', explain(path, cause as NodeJS.ErrnoException), { cause });
  }
  server.unref();
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Nobody but this user may reach it, not even between bind and chmod. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const listening = once(server, 'listening');
  // The path is bound before listen() returns: files that others make meanwhile get their own modes.
  const umask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
  await listening;
  chmodSync(path, 0o600);
}

function explain(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (Buffer.byteLength(path) > PATH_MAX_BYTES) {
    return `${path} is too long for the name of a socket (${PATH_MAX_BYTES} octets); give state_dir a shorter path`;
  }
  return `${path} cannot be opened (${code ?? message})`;
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://control');
  const isRead = request.method === 'GET';
  const key = isRead ? url.pathname : `${request.method} ${url.pathname}`;
  const route = Object.hasOwn(routes, key) ? routes[key] : undefined;
  if (route === undefined) {
    const other = isRead ? `POST ${url.pathname}` : url.pathname;
    if (Object.hasOwn(routes, other)) return send(response, 405, { error: isRead ? 'only POST' : 'only GET' });
    return send(response, 404, { error: `no such route: ${key}`, routes: Object.keys(routes) });
  }
  const result = await route(url.searchParams);
  send(response, result.status, result.status === 200 ? result.body : { error: result.error });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
