// The running gateway's own door: HTTP on a Unix socket in state_dir, mode 0600, for the commands of this program.

import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';

export const CONTROL_SOCKET_NAME = 'control.sock';

/** Answers a request with a value that becomes JSON, or with a fault. `parameters` are those of the query string. */
export type Route = (parameters: URLSearchParams) => Promise<RouteAnswer> | RouteAnswer;
export type RouteAnswer =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 400; readonly error: string };

export interface ControlSocket {
  readonly path: string;
  close(): Promise<void>;
}

/** Opens the socket; a stale one (the state directory is locked, so nobody lives behind it) is replaced. Rejects with the system's error. */
export async function openControlSocket(
  stateDirectory: string,
  routes: Readonly<Record<string, Route>>,
): Promise<ControlSocket> {
  const path = join(stateDirectory, CONTROL_SOCKET_NAME);
  rmSync(path, { force: true });
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 5_000 }, (request, response) => {
    answer(routes, request, response).catch(() => response.destroy());
  });
  // Nobody but this user may reach it, not even between bind and chmod.
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
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

async function answer(
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://control');
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (route === undefined)
    return send(response, 404, { error: `no such route: ${url.pathname}`, routes: Object.keys(routes) });
  if (request.method !== 'GET') return send(response, 405, { error: 'only GET' });
  const result = await route(url.searchParams);
  send(response, result.status, result.status === 200 ? result.body : { error: result.error });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
