// What the control socket says of lists, looking for new versions now, and accepting one that is held back.

import type { AcceptedVersion } from '../lists/kept-list.ts';
import type { AwaitedTry, ListKeeper } from '../lists/keep-lists.ts';
import { ListFailure } from '../lists/list-failure.ts';
import type { ListStatus } from '../lists/list-status.ts';
import type { TableStatus } from '../lists/table-in-force.ts';
import type { Route } from './control-socket.ts';

export interface ListRouteParts {
  readonly lists: Pick<ListKeeper, 'status' | 'table' | 'update' | 'accept'>;
}

/** Answer of /v1/lists. */
export interface ListsStatus {
  readonly table: TableStatus;
  readonly lists: readonly ListStatus[];
}

/** Answer of /v1/lists/update. */
export interface ListsUpdate {
  readonly tries: readonly AwaitedTry[];
}

/** Answer of /v1/lists/accept. */
export interface ListAccepted {
  readonly accepted: string;
  /** Which one that was: a newer one may have come since somebody looked at it. */
  readonly version: AcceptedVersion;
}

export function listRoutes({ lists }: ListRouteParts): Readonly<Record<string, Route>> {
  const unknownList = (name: string) => {
    const names = lists.status().map((list) => list.name);
    const known = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
    return { status: 400, error: `there is no list "${name}"; ${known}` } as const;
  };
  return {
    '/v1/lists': () => ({
      status: 200,
      body: { table: lists.table(), lists: lists.status() } satisfies ListsStatus,
    }),
    'POST /v1/lists/update': (parameters) => {
      const name = readName(parameters, 'may be there');
      if ('error' in name) return { status: 400, error: name.error };
      const tries = lists.update(name.value);
      if (tries === undefined) return unknownList(name.value ?? '');
      return { status: 200, body: { tries } satisfies ListsUpdate };
    },
    'POST /v1/lists/accept': async (parameters) => {
      const name = readName(parameters, 'must be there');
      if ('error' in name) return { status: 400, error: name.error };
      const list = name.value ?? '';
      try {
        const outcome = await lists.accept(list);
        if (outcome === 'no such list') return unknownList(list);
        if (outcome === 'nothing is held back')
          return { status: 400, error: `no version of the list "${list}" is held back` };
        return { status: 200, body: { accepted: list, version: outcome } satisfies ListAccepted };
      } catch (error) {
        if (error instanceof ListFailure) return { status: 400, error: `list "${list}": ${error.message}` };
        throw error;
      }
    },
  };
}

/** Nothing is guessed: what is misspelled must not be something else than was meant. */
function readName(
  parameters: URLSearchParams,
  need: 'may be there' | 'must be there',
): { readonly value: string | undefined } | { readonly error: string } {
  for (const word of parameters.keys()) {
    if (word !== 'name') return { error: `"${word}" is not known; allowed: name=NAME` };
    if (parameters.getAll(word).length > 1) return { error: `"${word}" stands there twice; allowed: name=NAME` };
  }
  const name = parameters.get('name') ?? undefined;
  if (name === undefined && need === 'must be there') return { error: '"name" is missing; allowed: name=NAME' };
  return { value: name };
}
