// What happens to a name and why, for one client: from what people write to a question, and for whom it is.

import { LOCAL, type LocalNames } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { AccessList } from '../../policy/access-list.ts';
import { UNKNOWN_CLIENT_ID_TEXT } from '../../policy/refusal-texts.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { foldName } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import { EXTENDED_ERROR, TYPE } from '../../wire/numbers.ts';
import { reverseName } from '../../wire/reverse-name.ts';
import { typeToText } from '../../wire/type-text.ts';
import type { Settings } from '../settings/settings.ts';
import { answerWithError } from './explained-answer.ts';
import { matchOf } from './explain-local.ts';
import { explainQuestion, type QuestionContext } from './explain-question.ts';
import type { Explanation } from './explanation.ts';
import { type GroupsNow, type NamedClient, type WhoAsks, whoAsks } from './who-asks.ts';

export interface ExplainContext extends QuestionContext, GroupsNow {
  /** The local names for those who do not get the names of this network; left out where all get them. */
  readonly namesForOthers?: LocalNames | undefined;
  readonly groups: GroupsNow['groups'];
  readonly settings: QuestionContext['settings'] & Pick<Settings, 'access'>;
}

/**
 * Undefined if `text` is neither a domain name nor an address, which stands for its reverse name. International names may be given as
 * people write them. `client` left out: for clients of this network whom no group names, with a note about the others.
 */
export async function explainName(
  context: ExplainContext,
  text: string,
  type: number = TYPE.A,
  client?: NamedClient,
): Promise<Explanation | undefined> {
  const asked = readQuestion(text, type);
  if (asked === undefined) return undefined;
  const explanation = await explainFor(context, asked, client);
  return asked.note === undefined ? explanation : withNote(explanation, asked.note);
}

interface AskedQuestion {
  /** Lower-case wire form. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly note: string | undefined;
}

function readQuestion(text: string, type: number): AskedQuestion | undefined {
  const address = new Uint8Array(16);
  if (parseAddress(text, address)) {
    const name = reverseName(address);
    const note = `${text} is an address; what is explained is its name, ${nameToText(name)}, type PTR`;
    return { name, type: TYPE.PTR, note };
  }
  const name = nameFromInternational(text);
  if (name === undefined) return undefined;
  foldName(name, name.length);
  return { name, type, note: undefined };
}

async function explainFor(
  context: ExplainContext,
  { name, type }: AskedQuestion,
  client: NamedClient | undefined,
): Promise<Explanation> {
  const { namesForOthers, settings } = context;
  const who = whoAsks(context, client);
  const { group } = who;
  if (group === undefined) return refused(name, type, who);
  const inside = { who: { ...who, group }, isOutsider: false };
  const local = new AccessList(settings.access.localNames);
  const isInside = client?.address !== undefined && local.permits(client.address);
  if (namesForOthers === undefined || isInside || !mayDiffer(context, name, type))
    return await explainQuestion(context, name, type, inside);
  const outside = { who: { ...who, group }, isOutsider: true };
  const ofOthers = { ...context, localNames: namesForOthers };
  // What is public of this network's names is not asked for to compare.
  const [mine, others] = await Promise.all([
    explainQuestion(withoutLooking(context), name, type, inside),
    explainQuestion(withoutLooking(ofOthers), name, type, outside),
  ]);
  const isSame = SHOWN.every((key) => mine[key] === others[key]);
  if (isSame || client?.address === undefined) {
    const explanation = await explainQuestion(context, name, type, inside);
    return isSame ? explanation : withNote(explanation, `who is not in access.local_names gets ${shortly(others)}`);
  }
  const explanation = await explainQuestion(ofOthers, name, type, outside);
  return withNote(explanation, 'this client is not in access.local_names and does not get the names of this network');
}

/** What this network knows nothing of is the same for everybody; DNS64 may lead to another name. */
function mayDiffer({ localNames, hashKey, settings }: ExplainContext, name: Uint8Array, type: number): boolean {
  const hasher = new NameHasher(hashKey);
  hasher.hash(name, name.length);
  const { outcome, forwarder } = matchOf(localNames, name, type, hasher);
  return outcome !== LOCAL.PASS || forwarder >= 0 || settings.resolve.dns64 !== undefined;
}

function withoutLooking(context: ExplainContext): ExplainContext {
  return { ...context, findAnswer: () => Promise.resolve('') };
}

/** What differs where clients of this network get something else than others. */
const SHOWN = ['action', 'local', 'plaintext', 'response', 'matchedName'] as const;

function shortly({ local }: Explanation): string {
  if (local === undefined || local === 'alias') return 'what is public';
  return local === 'nxdomain' ? 'NXDOMAIN' : local === 'nodata' ? 'NOERROR without records' : 'other records';
}

function withNote(explanation: Explanation, note: string): Explanation {
  return { ...explanation, notes: [note, ...explanation.notes] };
}

/** Before anything else is asked. */
function refused(name: Uint8Array, type: number, { explained }: WhoAsks): Explanation {
  return {
    name: nameToText(name),
    type: typeToText(type),
    action: 'refused',
    reason: 'unknown-client-id',
    sentence: `${nameToText(name)} is refused: ${explained.why}`,
    client: explained,
    ...{ rules: [], hasMoreRules: false, reached: undefined, local: undefined, plaintext: undefined, notes: [] },
    ...{ sourceName: undefined, sourceKind: undefined, matchedName: undefined, ruleText: undefined, line: undefined },
    answer: answerWithError('REFUSED', EXTENDED_ERROR.PROHIBITED, UNKNOWN_CLIENT_ID_TEXT),
    response: 'refused',
    isPreliminary: false,
  };
}
