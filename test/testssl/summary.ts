// What a scan by testssl.sh found, in a page for people.

import type { Judgment } from './judge-scan.ts';
import type { Finding, Scan } from './run-testssl.ts';

const PROTOCOLS = ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1', 'TLS1_2', 'TLS1_3', 'ALPN_HTTP2', 'ALPN'];
/** The second name of each is the one that later versions use. */
const ROWS: readonly (readonly [title: string, ...ids: string[]])[] = [
  ['grade', 'overall_grade'],
  ['forward secrecy', 'PFS', 'FS'],
  ['curves', 'PFS_ECDHE_curves', 'FS_ECDHE_curves'],
  ['groups', 'DH_groups', 'FS_TLS13_DH_groups'],
  ['TLS 1.2', 'cipherorder_TLSv1_2', 'supportedciphers_TLSv1_2'],
  ['TLS 1.3', 'cipherorder_TLSv1_3', 'supportedciphers_TLSv1_3'],
  ['certificate', 'cert_trust'],
  ['chain', 'cert_chain_of_trust'],
];
const VULNERABILITIES = [
  'heartbleed',
  'CCS',
  'ticketbleed',
  'ROBOT',
  'secure_renego',
  'secure_client_renego',
  'CRIME_TLS',
  'BREACH',
  'POODLE_SSL',
  'fallback_SCSV',
  'SWEET32',
  'FREAK',
  'DROWN',
  'LOGJAM',
  'BEAST',
  'LUCKY13',
  'winshock',
  'RC4',
];
const TITLE_CHARACTERS = 18;

/** Lines of text. */
export function summaryOf({ protocol, port, findings }: Scan, { faults, expected }: Judgment): string[] {
  const find = (id: string): Finding | undefined => findings.find((finding) => finding.id === id);
  const row = (title: string, text: string): string => `  ${title.padEnd(TITLE_CHARACTERS)}${text}`;
  const lines = [`${protocol} (port ${port}): ${faults.length === 0 ? 'all is well' : `faults: ${faults.length}`}`];
  const offered = PROTOCOLS.flatMap((id) => find(id) ?? []).map(({ id, finding }) => `${id} ${finding}`);
  lines.push(row('protocols', offered.join('; ')));
  for (const [title, ...ids] of ROWS) {
    const found = ids.flatMap((id) => find(id) ?? [])[0];
    if (found !== undefined) lines.push(row(title, found.finding));
  }
  const fended = VULNERABILITIES.flatMap((id) => find(id) ?? []).filter(({ severity }) => severity === 'OK');
  lines.push(row('not vulnerable to', fended.map(({ id }) => id).join(', ')));
  const counts = new Map<string, number>();
  for (const { severity } of findings) counts.set(severity, (counts.get(severity) ?? 0) + 1);
  lines.push(row('findings', [...counts].map(([severity, count]) => `${count} ${severity}`).join(', ')));
  for (const { severity, id, finding } of findings)
    if (severity === 'WARN') lines.push(row('warning', `${id}: ${finding}`));
  for (const { finding, reason } of expected)
    lines.push(row('expected', `${finding.severity} ${finding.id}: ${finding.finding} (${reason})`));
  for (const fault of faults) lines.push(row('FAULT', fault));
  return lines;
}
