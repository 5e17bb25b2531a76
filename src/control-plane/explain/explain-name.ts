// What happens to a name and why, down to the line of the list. The decision is the query pipeline's own.

import type { BlockTable } from '../../memory/block-table/block-table.ts';
import type { LocalNames } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { Decision, decide } from '../../policy/decide.ts';
import { type DecisionDescription, describeDecision } from '../../policy/describe-decision.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { foldName } from '../../wire/name.ts';
import { nameFromText, nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { findListLine, findRuleLine } from '../lists/find-line.ts';
import { copyPath } from '../lists/list-store.ts';
import type { SourceContent } from '../local-names/sourced-record.ts';
import { listenAddressToText } from '../settings/listen-address.ts';
import type { Settings } from '../settings/settings.ts';
import { explainLocal, forwarderOf, type LocalExplanation, type LocalResponse } from './explain-local.ts';

export interface Explanation extends DecisionDescription {
  readonly name: string;
  /** Answered by the gateway itself, whatever the rules say. */
  readonly local: LocalResponse | undefined;
  /** In words, whose names these are: asked in plain text at a resolver of this network; undefined for the upstream's. */
  readonly plaintext: string | undefined;
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
  /** Where local names were written. */
  readonly localSources: readonly SourceContent[];
  /** 16 octets, those the table was built with. */
  readonly hashKey: Uint8Array;
  readonly policy: PolicySettings;
  readonly listsComplete: boolean;
  readonly settings: Pick<Settings, 'lists' | 'rules' | 'zones' | 'configFile' | 'stateDirectory'>;
}

/** Undefined if `text` is not a domain name. International names may be given as people write them. */
export async function explainName(
  context: ExplainContext,
  text: string,
  type: number = TYPE.A,
): Promise<Explanation | undefined> {
  const name = wireName(text);
  if (name === undefined) return undefined;
  const hasher = new NameHasher(context.hashKey);
  hasher.hash(name, name.length);
  const local = await explainLocal(context.localNames, context.localSources, name, type, hasher);
  if (local === undefined) return explainElsewhere(context, name, type, hasher);
  const described = describeLocal(nameToText(name), local);
  if (local.target === undefined) return described;
  // What is asked is the target, by the same rules as if a client had asked for it.
  hasher.hash(local.target, local.target.length);
  const target = await explainElsewhere(context, local.target, type, hasher);
  const sentence = `${local.sentence}; ${target.sentence}`;
  if (target.action !== 'allow') return { ...target, name: described.name, sentence };
  return { ...described, sentence, plaintext: target.plaintext, isPreliminary: target.isPreliminary };
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
  const zone = settings.zones[forwarderOf(context.localNames, name, type, hasher)];
  const isForwarded = zone !== undefined && description.action === 'allow';
  const resolvers = zone?.resolvers.map((it) => listenAddressToText({ ...it, optional: false })).join(', ');
  return {
    ...description,
    sentence: isForwarded
      ? `${description.sentence}; it is in the zone ${zone.text}, which is asked in plain text at ${resolvers}`
      : description.sentence,
    name: nameToText(name),
    local: undefined,
    plaintext: isForwarded ? `of the zone ${zone.text}, asked in plain text at ${resolvers}` : undefined,
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
