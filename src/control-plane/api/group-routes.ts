// What the control socket says of groups, and pausing their filtering for a time.

import type { GroupStatus, GroupsInForce } from '../groups/groups-in-force.ts';
import { readDurationSeconds } from '../settings/quantities.ts';
import type { Route, RouteAnswer } from './control-socket.ts';

const WEEK_SECONDS = 604_800;

export interface GroupRouteParts {
  readonly groups: Pick<GroupsInForce, 'status' | 'find' | 'pause' | 'resume'>;
}

/** Answer of /v1/groups. */
export interface GroupsStatus {
  readonly groups: readonly GroupStatus[];
}

/** Answer of /v1/pause. */
export interface GroupsPaused {
  /** Names. */
  readonly paused: readonly string[];
  readonly isEverybody: boolean;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Answer of /v1/resume. */
export interface GroupsResumed {
  /** Names of those that were paused. */
  readonly resumed: readonly string[];
}

export function groupRoutes({ groups }: GroupRouteParts): Readonly<Record<string, Route>> {
  const names = (indexes: readonly number[]) => {
    const all = groups.status();
    return indexes.map((index) => all[index]!.name);
  };
  /** The groups that `group` names, all where it is not there. */
  const chosen = (parameters: URLSearchParams, words: readonly string[]): readonly number[] | RouteAnswer => {
    for (const word of parameters.keys()) {
      if (!words.includes(word)) return refused(`"${word}" is not known; allowed: ${words.join(', ')}`);
      if (parameters.getAll(word).length > 1) return refused(`"${word}" stands there twice`);
    }
    const name = parameters.get('group') ?? undefined;
    const indexes = groups.find(name);
    if (indexes.length > 0) return indexes;
    const known = groups.status().map((group) => group.name);
    return refused(`there is no group "${name}"; there are: ${known.join(', ')}`);
  };
  return {
    '/v1/groups': () => ({ status: 200, body: { groups: groups.status() } satisfies GroupsStatus }),
    'POST /v1/pause': async (parameters) => {
      const indexes = chosen(parameters, ['duration', 'group']);
      if ('status' in indexes) return indexes;
      const duration = readDurationSeconds(parameters.get('duration') ?? undefined, 1, WEEK_SECONDS);
      if (duration.wrong !== undefined) return refused(`duration: ${duration.wrong}`);
      const until = await groups.pause(indexes, duration.value * 1_000);
      const isEverybody = !parameters.has('group');
      return { status: 200, body: { paused: names(indexes), isEverybody, until } satisfies GroupsPaused };
    },
    'POST /v1/resume': async (parameters) => {
      const indexes = chosen(parameters, ['group']);
      if ('status' in indexes) return indexes;
      return { status: 200, body: { resumed: names(await groups.resume(indexes)) } satisfies GroupsResumed };
    },
  };
}

function refused(error: string): RouteAnswer {
  return { status: 400, error };
}
