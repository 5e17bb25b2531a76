// Findings for programs.

import type { Examined } from '../examine.ts';

export function findingsToJson(all: readonly Examined[]): string {
  const findings = all.flatMap(({ examination, findings: found }) =>
    found.map(({ verdict, sentence, advice }) => ({ examination: examination.name, verdict, sentence, advice })),
  );
  const healthy = findings.every(({ verdict }) => verdict !== 'fail');
  return JSON.stringify({ healthy, findings }, null, 2);
}
