// One question for one client: what the gateway answers by itself, aliases of ours and DNS64 on the way, and else what the rules say.

import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import type { Ipv4Embedding } from '../../wire/ipv4-embedding.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { typeToText } from '../../wire/type-text.ts';
import { type AskedContext, type Circumstances, explainAsked } from './explain-asked.ts';
import { explainLocal, type LocalContext, type LocalExplanation, type LocalResponse } from './explain-local.ts';
import { hasNoIpv6, MAYBE_EMBEDDED, translatedReverse, withEmbedded } from './explain-translated.ts';
import { plainAnswer } from './explained-answer.ts';
import type { ExplainedClient, Explanation } from './explanation.ts';

export interface QuestionContext extends AskedContext, Omit<LocalContext, 'settings'> {
  readonly settings: AskedContext['settings'] & LocalContext['settings'];
}

const LOCAL_ANSWERS: Readonly<Record<LocalResponse, string>> = {
  records: 'records made here',
  embedded: 'IPv6 addresses made here of IPv4 addresses',
  nodata: 'NOERROR without records, made here',
  nxdomain: 'NXDOMAIN, made here',
  servfail: 'SERVFAIL: its aliases are too many, or lead round in a circle',
  alias: 'an alias made here, and what the upstream has for its target',
};

/** `name`: lower-case wire form. */
export async function explainQuestion(
  context: QuestionContext,
  name: Uint8Array,
  type: number,
  circumstances: Circumstances,
): Promise<Explanation> {
  const { dns64 } = context.settings.resolve;
  if (dns64 === undefined) return explainPlain(context, name, type, circumstances);
  const translated = type === TYPE.PTR ? translatedReverse(name, dns64) : undefined;
  if (translated !== undefined) {
    const explanation = await explainPlain(context, translated.target, type, circumstances);
    return {
      ...explanation,
      name: nameToText(name),
      sentence: `${translated.sentence}; ${explanation.sentence}`,
    };
  }
  const explanation = await explainPlain(context, name, type, circumstances, dns64);
  const isAskedElsewhere = explanation.local === undefined || explanation.local === 'alias';
  return type === TYPE.AAAA && isAskedElsewhere && explanation.action === 'allow'
    ? { ...explanation, notes: [MAYBE_EMBEDDED, ...explanation.notes] }
    : explanation;
}

/** By way of aliases of ours. `embedding`: what makes IPv6 addresses of IPv4 addresses. */
async function explainPlain(
  context: QuestionContext,
  name: Uint8Array,
  type: number,
  circumstances: Circumstances,
  embedding?: Ipv4Embedding,
): Promise<Explanation> {
  const hasher = new NameHasher(context.hashKey);
  hasher.hash(name, name.length);
  let local = await explainLocal(context, name, type, hasher);
  if (local === undefined) return explainAsked(context, name, type, hasher, circumstances);
  if (embedding !== undefined && type === TYPE.AAAA && hasNoIpv6(local)) {
    const ipv4 = await explainLocal(context, name, TYPE.A, hasher);
    if (ipv4?.response === 'records') local = withEmbedded(ipv4, embedding);
  }
  const described = describeLocal(nameToText(name), type, local, circumstances.who.explained);
  if (local.target === undefined) return described;
  // What is asked is the target, by the same rules as if a client had asked for it.
  hasher.hash(local.target, local.target.length);
  const target = await explainAsked(context, local.target, type, hasher, circumstances);
  const sentence = `${local.sentence}; ${target.sentence}`;
  if (target.action !== 'allow') return { ...target, name: described.name, sentence };
  const { plaintext, isPreliminary, notes, rules, hasMoreRules, reached } = target;
  const answer =
    plaintext === undefined
      ? described.answer
      : plainAnswer(`an alias made here, and what its target has: ${plaintext}`);
  return { ...described, sentence, plaintext, isPreliminary, notes, rules, hasMoreRules, reached, answer };
}

function describeLocal(
  name: string,
  type: number,
  { response, matchedName, line, sentence }: LocalExplanation,
  client: ExplainedClient,
): Explanation {
  return {
    name,
    type: typeToText(type),
    action: 'allow',
    reason: 'no-rule',
    sentence,
    client,
    local: response,
    answer: plainAnswer(LOCAL_ANSWERS[response]),
    ...{ matchedName, line, plaintext: undefined, response: undefined, reached: undefined },
    ...{ sourceName: undefined, sourceKind: undefined, ruleText: undefined },
    ...{ rules: [], hasMoreRules: false, notes: [], isPreliminary: false },
  };
}
