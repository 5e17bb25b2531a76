// Which findings of testssl.sh are faults of ours.

import type { Finding, Scan } from './run-testssl.ts';

export interface Judgment {
  /** What is wrong, a line each; none: all is well. */
  readonly faults: readonly string[];
  readonly expected: readonly { readonly finding: Finding; readonly reason: string }[];
}

const BAD = new Set(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'FATAL']);

interface Expected {
  readonly id: string;
  readonly finding: RegExp;
  readonly reason: string;
}

const NO_REVOCATION: Expected = {
  id: 'cert_revocation',
  finding: /^Neither CRL nor OCSP URI provided$/,
  reason: "the test's CA has no list of revoked certificates; what a chain says of that is its CA's business",
};

/** Found, and right as it is. */
const EXPECTED: Readonly<Record<Scan['protocol'], readonly Expected[]>> = {
  'DNS over TLS': [
    NO_REVOCATION,
    {
      id: 'GREASE',
      finding: /fails if ClientHello contains an application_layer_protocol_negotiation extension\.$/,
      reason: 'who offers other protocols alone, such as HTTP, is turned away (RFC 7301 section 3.2)',
    },
  ],
  'DNS over HTTPS': [
    NO_REVOCATION,
    {
      id: 'HSTS',
      finding: /^not offered$/,
      reason: 'for browsers that follow http links; a DoH client has an https URL',
    },
    { id: 'security_headers', finding: /^--$/, reason: 'for pages; here are DNS messages, and errors without a body' },
  ],
};

/** What a scan must have come to say: one that was cut off, or could not connect, has found nothing bad either. */
const WANTED: Readonly<Record<string, RegExp>> = {
  SSLv2: /^not offered/,
  SSLv3: /^not offered/,
  TLS1: /^not offered/,
  TLS1_1: /^not offered/,
  TLS1_2: /^offered/,
  TLS1_3: /^offered/,
  cipherlist_STRONG: /^offered/,
  cert_trust: /^Ok via SAN/,
  cert_chain_of_trust: /^passed/,
  secure_client_renego: /^not vulnerable/,
  RC4: /^not vulnerable/,
  scanTime: /^\d+$/,
};

export function judgeScan({ protocol, findings }: Pick<Scan, 'protocol' | 'findings'>): Judgment {
  const faults: string[] = [];
  const expected: { finding: Finding; reason: string }[] = [];
  for (const finding of findings.filter(({ severity }) => BAD.has(severity))) {
    const reason = reasonFor(finding, protocol);
    if (reason === undefined) faults.push(`${finding.severity} ${finding.id}: ${finding.finding}`);
    else expected.push({ finding, reason });
  }
  for (const [id, wanted] of Object.entries(WANTED)) {
    const found = findings.find((finding) => finding.id === id)?.finding;
    if (found === undefined) faults.push(`testssl.sh said nothing of ${id}`);
    else if (!wanted.test(found)) faults.push(`${id}: ${found}`);
  }
  return { faults, expected };
}

function reasonFor({ id, finding }: Finding, protocol: Scan['protocol']): string | undefined {
  return EXPECTED[protocol].find((expected) => expected.id === id && expected.finding.test(finding))?.reason;
}
