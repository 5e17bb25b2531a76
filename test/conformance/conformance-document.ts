// docs/conformance.md, from the statements and the tests that show them. No times and no results: it changes with the sources alone.

import { findEvidence } from './evidence.ts';
import { SECTIONS } from './statements/index.ts';
import type { Section, Statement } from './statements/statement.ts';

export const DOCUMENT = 'docs/conformance.md';
export type Status = 'tested' | 'tested in part' | 'deviation' | 'planned' | 'no test';

export interface Shown {
  readonly statement: Statement;
  readonly status: Status;
  /** In the order of over-transports.ts. */
  readonly transports: readonly string[];
  readonly files: readonly string[];
}

const TRANSPORT_ORDER = ['udp', 'tcp', 'dot', 'doh', 'doh-get', 'doh-http1'];

export function showSection(section: Section, evidence = findEvidence()): Shown[] {
  return section.statements.map((statement) => {
    const tests = evidence.filter(({ id }) => id === statement.id);
    const transports = new Set(tests.flatMap((test) => test.transports ?? []));
    return {
      statement,
      status: statusOf(statement, tests.length > 0),
      transports: TRANSPORT_ORDER.filter((name) => transports.has(name)),
      files: [...new Set(tests.map(({ file }) => file))],
    };
  });
}

export function countStatuses(shown: readonly Shown[]): string {
  const statuses: readonly Status[] = ['tested', 'tested in part', 'deviation', 'planned', 'no test'];
  const counts = statuses.map((status) => ({ status, count: shown.filter((it) => it.status === status).length }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status}`)
    .join(', ');
}

export function conformanceDocument(): string {
  const evidence = findEvidence();
  const sections = SECTIONS.map((section) => ({ section, shown: showSection(section, evidence) }));
  return [
    INTRODUCTION,
    `All in all: ${countStatuses(sections.flatMap(({ shown }) => shown))}.`,
    ...sections.map(sectionText),
  ]
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = `# Conformance

What sotto does on the wire, statement by statement, and how that is shown. Each has a test whose name begins with its ID, or the
reason why not; \`npm run conformance\` runs them. M: a standard demands it; S: it is recommended; P: a policy of this gateway where
standards leave room. Shown over: the transports by which the test speaks to a running gateway (doh is HTTP/2 by POST).
\`node scripts/conformance-mutations.ts\` takes one behavior after the other away: with each such change at least one test of its ID
must fail ([its last run](conformance-mutations.md)); it does not say so of every test. "Tested in part": the tests show the sentence,
but for what is named as planned.
Generated from \`test/conformance/\` by \`npm run conformance -- --write\`.`;

function sectionText({ section, shown }: { section: Section; shown: readonly Shown[] }): string {
  return [
    `## ${section.letter}. ${section.title}`,
    `${section.sources}. ${countStatuses(shown)}.`,
    ['| ID | | Statement | Shown over | Tests |', '|---|---|---|---|---|', ...shown.map(row)].join('\n'),
  ].join('\n\n');
}

function row({ statement: { id, level, statement, deviation, planned }, status, transports, files }: Shown): string {
  const reason = deviation ?? planned;
  const sentence =
    reason === undefined
      ? statement
      : `${statement} **${deviation === undefined ? 'Planned' : 'Deviation'}**: ${reason}.`;
  const tests =
    files.length === 0 ? status : files.map((file) => `\`${file.replace(/^test\/conformance\//, '')}\``).join(', ');
  return `| ${id} | ${level} | ${sentence} | ${transports.join(', ')} | ${tests} |`;
}

function statusOf(statement: Statement, hasTest: boolean): Status {
  if (statement.deviation !== undefined) return 'deviation';
  if (statement.planned !== undefined) return hasTest ? 'tested in part' : 'planned';
  return hasTest ? 'tested' : 'no test';
}
