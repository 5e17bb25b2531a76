// What happens to a name and why, down to the line of the list. The decision is the query pipeline's own.

import type { BlockTable } from '../../memory/block-table/block-table.ts';
import { LOCAL_FLAG, type LocalNames } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { AccessList } from '../../policy/access-list.ts';
import { Decision, decide } from '../../policy/decide.ts';
import { type DecisionDescription, describeDecision } from '../../policy/describe-decision.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import type { Ipv4Embedding } from '../../wire/ipv4-embedding.ts';
import { foldName } from '../../wire/name.ts';
import { nameFromText, nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { reverseName } from '../../wire/reverse-name.ts';
import { findListLine, findRuleLine } from '../lists/find-line.ts';
import { copyPath } from '../lists/list-store.ts';
import type { SourceContent } from '../local-names/sourced-record.ts';
import { listenAddressToText } from '../settings/listen-address.ts';
import type { Settings } from '../settings/settings.ts';
import { explainLocal, type LocalExplanation, type LocalResponse, matchOf } from './explain-local.ts';
import { hasNoIpv6, MAYBE_EMBEDDED, translatedReverse, withEmbedded } from './explain-translated.ts';

export interface Explanation extends DecisionDescription {
  readonly name: string;
  /** Answered by the gateway itself, whatever the rules say. */
  readonly local: LocalResponse | undefined;
  /** In words, whose names these are: asked in plain text at a resolver of this network; undefined for the upstream's. */
  readonly plaintext: string | undefined;
  /** What else there is to know: a sentence each, without a full stop. */
  readonly notes: readonly string[];
  /** What a client gets, e.g. `nxdomain`; undefined where the name is answered. */
  readonly response: string | undefined;
  /** Nothing names it, but a list that has not arrived could. */
  readonly isPreliminary: boolean;
  /** The line that names it, where one does and can be found. */
  readonly line: { readonly file: string; readonly number: number; readonly text: string } | undefined;
}

export interface ExplainContext {
  readonly table: BlockTable;
  readonly localNames: LocalNames;
  /** The same for those who do not get the names of this network; left out where all get them. */
  readonly namesForOthers?: LocalNames | undefined;
  /** Where local names were written. */
  readonly localSources: readonly SourceContent[];
  /** 16 octets, those the table was built with. */
  readonly hashKey: Uint8Array;
  readonly policy: PolicySettings;
  readonly listsComplete: boolean;
  /** Whether these resolvers of a [[zone]] do not answer at the moment; left out where nobody runs who could know. */
  isZoneSilent?(resolvers: string): boolean;
  readonly settings: Pick<
    Settings,
    'access' | 'lists' | 'rules' | 'zones' | 'resolve' | 'configFile' | 'stateDirectory'
  >;
}

/**
 * Undefined if `text` is neither a domain name nor an address, which stands for its reverse name. International names may be given as
 * people write them. `client`: for whom, 16 octets; left out for clients of this network, with a note about the others.
 */
export async function explainName(
  context: ExplainContext,
  text: string,
  type: number = TYPE.A,
  client?: Uint8Array,
): Promise<Explanation | undefined> {
  const { namesForOthers, settings } = context;
  const explanation = await explainText(context, text, type);
  if (namesForOthers === undefined || explanation === undefined) return explanation;
  if (client !== undefined && new AccessList(settings.access.localNames).permits(client)) return explanation;
  const others = await explainText({ ...context, localNames: namesForOthers }, text, type);
  if (others === undefined || SHOWN.every((key) => explanation[key] === others[key])) return explanation;
  return client === undefined
    ? withNote(explanation, `who is not in access.local_names gets ${shortly(others)}`)
    : withNote(others, 'this client is not in access.local_names and does not get the names of this network');
}

/** What differs where clients of this network get something else than others. */
const SHOWN = ['action', 'local', 'plaintext', 'response', 'matchedName'] as const;

function shortly({ local }: Explanation): string {
  if (local === undefined || local === 'alias') return 'what is public';
  return local === 'nxdomain' ? 'NXDOMAIN' : local === 'nodata' ? 'NOERROR without records' : 'other records';
}

async function explainText(context: ExplainContext, text: string, type: number): Promise<Explanation | undefined> {
  const address = new Uint8Array(16);
  if (parseAddress(text, address)) {
    const name = reverseName(address);
    const explanation = await explainQuestion(context, name, TYPE.PTR);
    return withNote(explanation, `${text} is an address; what is explained is its name, ${nameToText(name)}, type PTR`);
  }
  const name = wireName(text);
  return name === undefined ? undefined : explainQuestion(context, name, type);
}

function withNote(explanation: Explanation, note: string): Explanation {
  return { ...explanation, notes: [note, ...explanation.notes] };
}

/** `name`: lower-case wire form. */
async function explainQuestion(context: ExplainContext, name: Uint8Array, type: number): Promise<Explanation> {
  const { dns64 } = context.settings.resolve;
  if (dns64 === undefined) return explainPlain(context, name, type);
  const translated = type === TYPE.PTR ? translatedReverse(name, dns64) : undefined;
  if (translated !== undefined) {
    const explanation = await explainPlain(context, translated.target, type);
    return {
      ...explanation,
      name: nameToText(name),
      sentence: `${translated.sentence}; ${explanation.sentence}`,
    };
  }
  const explanation = await explainPlain(context, name, type, dns64);
  const isAskedElsewhere = explanation.local === undefined || explanation.local === 'alias';
  return type === TYPE.AAAA && isAskedElsewhere && explanation.action === 'allow'
    ? withNote(explanation, MAYBE_EMBEDDED)
    : explanation;
}

/** By way of aliases of ours. `embedding`: what makes IPv6 addresses of IPv4 addresses. */
async function explainPlain(
  context: ExplainContext,
  name: Uint8Array,
  type: number,
  embedding?: Ipv4Embedding,
): Promise<Explanation> {
  const hasher = new NameHasher(context.hashKey);
  hasher.hash(name, name.length);
  let local = await explainLocal(context, name, type, hasher);
  if (local === undefined) return explainElsewhere(context, name, type, hasher);
  if (embedding !== undefined && type === TYPE.AAAA && hasNoIpv6(local)) {
    const ipv4 = await explainLocal(context, name, TYPE.A, hasher);
    if (ipv4?.response === 'records') local = withEmbedded(ipv4, embedding);
  }
  const described = describeLocal(nameToText(name), local);
  if (local.target === undefined) return described;
  // What is asked is the target, by the same rules as if a client had asked for it.
  hasher.hash(local.target, local.target.length);
  const target = await explainElsewhere(context, local.target, type, hasher);
  const sentence = `${local.sentence}; ${target.sentence}`;
  if (target.action !== 'allow') return { ...target, name: described.name, sentence };
  const { plaintext, isPreliminary, notes } = target;
  return { ...described, sentence, plaintext, isPreliminary, notes };
}

/** A name that is not answered here. `name`: as last given to `hasher`. */
async function explainElsewhere(
  context: ExplainContext,
  name: Uint8Array,
  type: number,
  hasher: NameHasher,
): Promise<Explanation> {
  const { table, policy, settings } = context;
  const decision = new Decision();
  decide(table, policy, context.listsComplete, name, name.length, hasher, decision);
  const description = describeDecision(decision, table, name, hasher);
  const { forwarder, flags } = matchOf(context.localNames, name, type, hasher);
  const zone = settings.zones[forwarder];
  // The DS of a zone that is asked here is not kept either, but nobody wrote that.
  const isKept = (flags & LOCAL_FLAG.NO_CACHE) === 0 || type === TYPE.DS;
  const isForwarded = zone !== undefined && description.action === 'allow';
  const resolvers = zone?.resolvers.map((it) => listenAddressToText({ ...it, optional: false })).join(', ');
  const notes = [
    ...(isKept ? [] : ['its answers are not kept (cache.exclude)']),
    ...(resolvers !== undefined && context.isZoneSilent?.(resolvers) === true
      ? ['the resolver of its zone does not answer at the moment']
      : []),
  ];
  return {
    ...description,
    sentence: isForwarded
      ? `${description.sentence}; it is in the zone ${zone.text}, which is asked in plain text at ${resolvers}`
      : description.sentence,
    name: nameToText(name),
    local: undefined,
    plaintext: isForwarded ? `of the zone ${zone.text}, asked in plain text at ${resolvers}` : undefined,
    notes: description.action === 'allow' ? notes : [],
    isPreliminary: !context.listsComplete && description.reason === 'no-rule',
    response: description.action === 'block' ? policy.blockResponse.kind : undefined,
    line: await findLine(context, description),
  };
}

function describeLocal(name: string, local: LocalExplanation): Explanation {
  return {
    name,
    local: local.response,
    plaintext: undefined,
    notes: [],
    isPreliminary: false,
    action: 'allow',
    reason: 'no-rule',
    sourceName: undefined,
    sourceKind: undefined,
    matchedName: local.matchedName,
    response: undefined,
    line: local.line,
    sentence: local.sentence,
  };
}

function wireName(text: string): Uint8Array | undefined {
  const name = nameFromInternational(text);
  if (name !== undefined) foldName(name, name.length);
  return name;
}

async function findLine(context: ExplainContext, description: DecisionDescription): Promise<Explanation['line']> {
  const { matchedName, sourceKind, sourceName, action } = description;
  const name = matchedName === undefined ? undefined : nameFromText(matchedName);
  if (name === undefined || action === 'not-ready') return undefined;
  const { settings } = context;
  if (sourceKind === 'rules') {
    const rule = findRuleLine(settings.rules, { name, scope: undefined, action });
    return rule && { file: settings.configFile ?? 'built-in defaults', number: rule.lineNumber, text: rule.text };
  }
  const list = settings.lists.find((candidate) => candidate.name === sourceName);
  if (list === undefined) return undefined;
  // The copy is what was compiled; of a list from a file, its owner knows the original.
  const copy = copyPath(settings.stateDirectory, list);
  const line = await findListLine(copy, list, { name, scope: undefined });
  const file = list.source.kind === 'file' ? list.source.path : copy;
  return line && { file, number: line.lineNumber, text: line.text };
}
