// A name that is not answered as it should be: what keeps it back, and how to let it through.

import type { Explanation } from '../../control-plane/explain/explanation.ts';

/** Answered here by nothing, or by a refusal. */
export function isWithheld({ action, local }: Explanation): boolean {
  return action !== 'allow' || local === 'nxdomain' || local === 'nodata' || local === 'servfail';
}

/** It passes by itself: a list has not arrived. */
export function isPassing({ action, sourceKind }: Explanation): boolean {
  return action === 'not-ready' && sourceKind === undefined;
}

/** The line that does it, where there is one, and what to do. `name`: what is to be let through. */
export function adviceAgainst(explanation: Explanation, name: string): readonly string[] {
  const { line } = explanation;
  const where =
    line === undefined ? [] : [`${line.number > 0 ? `${line.file}:${line.number}` : line.file}: ${line.text}`];
  return [...where, remedy(explanation, name)];
}

function remedy({ action, sourceKind, local }: Explanation, name: string): string {
  if (local !== undefined) return 'take the local name out of the configuration or the file that has it';
  if (action === 'not-ready') return 'wait until the lists have arrived, or set policy.start = "answer"';
  if (sourceKind === 'rules') return 'take that rule out of policy.rules, and restart the gateway';
  return `allow it in [policy]: rules = ["@@|${name}^"]`;
}
