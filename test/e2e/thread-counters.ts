// What each query thread of a running gateway has counted, asked over its control socket.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

export type ThreadCounters = Readonly<Record<string, number>>;

/** In the order of the thread slots. */
export async function threadCounters(socketPath: string): Promise<readonly ThreadCounters[]> {
  const asking = request({ socketPath, path: '/v1/status' }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return (JSON.parse(await text(response)) as { threads: ThreadCounters[] }).threads;
}
