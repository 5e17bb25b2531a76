// What the control socket says about a name: what happens to it, for whom, and why.

import { LocalNames } from '../../memory/local-names/local-names.ts';
import { typeFromText } from '../../wire/type-text.ts';
import type { AnswerSource } from '../explain/answer-source.ts';
import { type ExplainContext, explainName } from '../explain/explain-name.ts';
import { readClient } from '../explain/who-asks.ts';
import type { GroupsInForce } from '../groups/groups-in-force.ts';
import type { SourceContent } from '../local-names/sourced-record.ts';
import type { Settings } from '../settings/settings.ts';
import type { PolicyPublisher } from '../workers/policy-publisher.ts';
import type { Route } from './control-socket.ts';

export interface ExplainRouteParts {
  readonly settings: Settings;
  readonly hashKey: Uint8Array;
  readonly publisher: Pick<PolicyPublisher, 'tables' | 'live'>;
  readonly groups: Pick<GroupsInForce, 'status'>;
  /** Where local names were written, as they are in force. */
  localSources(): readonly SourceContent[];
  /** Whether these resolvers of a [[zone]] do not answer at the moment. */
  isZoneSilent(resolvers: string): boolean;
  readonly answerSource: Pick<AnswerSource, 'find'>;
}

const WORDS: ReadonlySet<string> = new Set(['name', 'type', 'client', 'answer']);
/** Value of `answer`: nobody is to be asked for what the name leads to. */
export const LEAVE_ANSWER = 'leave';
const LEFT = 'nobody was to be asked';

export function explainRoutes(parts: ExplainRouteParts): Readonly<Record<string, Route>> {
  return {
    '/v1/explain': async (parameters) => {
      const unknown = [...parameters.keys()].find((word) => !WORDS.has(word));
      if (unknown !== undefined) return { status: 400, error: `"${unknown}" is not known` };
      const name = parameters.get('name') ?? '';
      const type = typeFromText(parameters.get('type') ?? 'A');
      if (type === undefined) return { status: 400, error: 'not a type of records' };
      const clientText = parameters.get('client');
      const client = clientText === null ? undefined : readClient(clientText);
      if (clientText !== null && client === undefined)
        return { status: 400, error: `"${clientText}" is neither an address nor a client ID` };
      const context = contextOf(parts, parameters.get('answer') !== LEAVE_ANSWER);
      const explanation = await explainName(context, name, type, client);
      if (explanation === undefined) return { status: 400, error: `"${name}" is not a domain name` };
      return { status: 200, body: explanation };
    },
  };
}

function contextOf(parts: ExplainRouteParts, looksAtAnswer: boolean): ExplainContext {
  const { publisher, settings, hashKey } = parts;
  const { groups, groupMembers, localNames, namesForOthers } = publisher.live;
  return {
    policy: publisher.tables,
    groups,
    members: groupMembers,
    groupStatus: parts.groups.status(),
    localNames: new LocalNames(localNames),
    namesForOthers: namesForOthers && new LocalNames(namesForOthers),
    localSources: parts.localSources(),
    isZoneSilent: (resolvers) => parts.isZoneSilent(resolvers),
    findAnswer: (wanted) => (looksAtAnswer ? parts.answerSource.find(wanted) : Promise.resolve(LEFT)),
    hashKey,
    settings,
  };
}
