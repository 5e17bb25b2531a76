// The certificates as a table for people, each with its last error below it.

import type { CertificateState } from '../../control-plane/certificates/certificate-state.ts';
import { visible } from '../visible-text.ts';

const HEADINGS = ['NAMES', 'SOURCE', 'ISSUER', 'ENDS', 'NEXT RENEWAL'] as const;
const NAMES_MAX_CHARACTERS = 40;
const DAY_MILLISECONDS = 86_400_000;

/** `now`: milliseconds since 1970. Times are shown in UTC. */
export function certificateTable(states: readonly CertificateState[], now: number): string {
  const rows = states.map((state) => [
    namesText(state.names),
    sourceText(state),
    state.issuer,
    endText(state.notAfter, now),
    renewalText(state, now),
  ]);
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => visible(text).padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const notes = states.map(noteLines);
  return [line(HEADINGS), ...rows.flatMap((row, index) => [line(row), ...notes[index]!])].join('\n');
}

function namesText(names: readonly string[]): string {
  const all = names.join(', ');
  return all.length <= NAMES_MAX_CHARACTERS ? all : `${names[0]} and ${names.length - 1} more`;
}

function sourceText({ source, directory }: CertificateState): string {
  return source === 'acme' ? (URL.parse(directory ?? '')?.host ?? directory ?? source) : source;
}

function endText(notAfter: number, now: number): string {
  const days = Math.floor((notAfter - now) / DAY_MILLISECONDS);
  if (notAfter <= now) return `${dayText(notAfter)} (over)`;
  return `${dayText(notAfter)} (${days === 1 ? '1 day' : `${days} days`})`;
}

function renewalText({ nextRenewal, source, order }: CertificateState, now: number): string {
  if (order?.outcome === 'under way') return 'under way';
  if (source === 'files') return 'by whoever writes the files';
  if (nextRenewal === undefined) return '';
  return nextRenewal <= now ? 'now' : timeText(nextRenewal);
}

function noteLines({ isStandIn, lastError }: CertificateState): string[] {
  return [
    ...(isStandIn ? ['  until the first one arrives, this one of the local CA stands in'] : []),
    ...(lastError === undefined ? [] : [`  last error, ${timeText(lastError.at)}: ${visible(lastError.message)}`]),
  ];
}

function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
