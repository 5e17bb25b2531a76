// [server]: threads, the user the gateway becomes, and DNS cookies.

import * as z from 'zod';
import { choice, text, wholeNumber } from '../fields.ts';
import type { Settings } from '../settings.ts';
import { quote } from '../settings-fault.ts';
import { readTable, type TableContext } from '../table-reader.ts';

const THREADS_MAX = 256;

export const SERVER_SHAPE = z.strictObject({
  threads: wholeNumber(1, THREADS_MAX),
  user: text('the name of a user of this machine'),
  cookies: choice(['answer', 'require', 'off']),
});

/** Where the kernel spreads clients over several sockets of one address. */
const PLATFORMS_WITH_REUSE_PORT: ReadonlySet<NodeJS.Platform> = new Set(['linux', 'freebsd', 'sunos', 'aix']);

export function readServer(raw: unknown, context: TableContext): Settings['server'] {
  const table = readTable(SERVER_SHAPE, raw, ['server'], context);
  let threads = table.threads ?? Math.min(Math.max(context.cores, 1), THREADS_MAX);
  if (threads > 1 && !PLATFORMS_WITH_REUSE_PORT.has(context.platform)) {
    context.faults.notice(
      ['server', 'threads'],
      `one thread: this system (${context.platform}) cannot share a port between threads`,
    );
    threads = 1;
  }
  return {
    threads,
    user: table.user === undefined ? undefined : readUser(table.user, context),
    cookies: table.cookies ?? 'answer',
  };
}

function readUser(user: string, context: TableContext): string | undefined {
  const path = ['server', 'user'];
  if (!/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}|\d+:\d+)$/.test(user))
    context.faults.fault(path, `${quote(user)} is not a user name; allowed: the name of a user of this machine`);
  if (user === 'root' || /^0(?::|$)/.test(user))
    context.faults.fault(path, `${quote(user)} keeps every right; name a user with few rights, or leave the key out`);
  return user;
}
