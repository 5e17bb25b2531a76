// Does a list or rule block what devices need to believe in the network?

import type { Explanation } from '../../../control-plane/explain/explanation.ts';
import { OperatorError } from '../../../errors.ts';
import { explainerFor } from '../explain-as-gateway.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';
import { NEEDED_NAMES, type NeededName } from '../needed-names.ts';
import { adviceAgainst, isPassing, isWithheld } from '../withheld.ts';

const SHOWN_MAX = 8;

export const neededNames: Examination = {
  name: 'blocking',
  subject: 'whether something blocks what devices need',
  async examine(circumstances) {
    const explain = await explainerFor(circumstances);
    if (typeof explain === 'string') return [skip(`nobody can tell what is blocked: ${explain}`)];
    const blocked: Finding[] = [];
    /** In allowlist mode that is how it is meant: one line about all of them. */
    const unlisted: NeededName[] = [];
    for (const needed of NEEDED_NAMES) {
      if (circumstances.signal.aborted) break;
      let explanation: Explanation | undefined;
      try {
        explanation = await explain(needed.name);
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        return [unknown(`nobody can tell what is blocked: ${error.message}`)];
      }
      if (explanation === undefined || !isWithheld(explanation)) continue;
      if (explanation.reason === 'not-allowlisted' && explanation.local === undefined) unlisted.push(needed);
      else blocked.push(describe(needed, explanation));
    }
    if (unlisted.length > 0) blocked.push(describeUnlisted(unlisted));
    if (blocked.length === 0) return [ok(`none of ${NEEDED_NAMES.length} names that devices need is blocked`)];
    blocked.sort((a, b) => Number(b.verdict === 'fail') - Number(a.verdict === 'fail'));
    const rest = blocked.length - SHOWN_MAX;
    if (rest > 0) return [...blocked.slice(0, SHOWN_MAX), warn(`and ${rest} more names that devices need are blocked`)];
    return blocked;
  },
};

function describe({ name, devices, purpose, isVital }: NeededName, explanation: Explanation): Finding {
  const advice = adviceAgainst(explanation, name.replace(/^[^.]+-dnsotls-ds\./, ''));
  const text = `${explanation.sentence}; needed by ${devices} ${purpose}`;
  return isVital && !isPassing(explanation) ? fail(text, ...advice) : warn(text, ...advice);
}

function describeUnlisted(names: readonly NeededName[]): Finding {
  const devices = [...new Set(names.filter(({ isVital }) => isVital).map((it) => it.devices))].join(', ');
  const consequence = devices === '' ? '' : `; without them these may say that there is no network: ${devices}`;
  return warn(
    `policy.mode = "allowlist" has nothing for ${names.length} of ${NEEDED_NAMES.length} names that devices need${consequence}`,
    `where such devices are: allow what they need in [policy] rules, such as "@@|${names[0]!.name}^"`,
  );
}
