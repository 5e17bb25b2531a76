import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeScan } from './judge-scan.ts';
import type { Finding } from './run-testssl.ts';
import { summaryOf } from './summary.ts';

/** As testssl.sh 3.0.8 writes them. */
const WELL: readonly Finding[] = [
  { id: 'SSLv2', severity: 'OK', finding: 'not offered' },
  { id: 'SSLv3', severity: 'OK', finding: 'not offered' },
  { id: 'TLS1', severity: 'INFO', finding: 'not offered' },
  { id: 'TLS1_1', severity: 'INFO', finding: 'not offered' },
  { id: 'TLS1_2', severity: 'OK', finding: 'offered' },
  { id: 'TLS1_3', severity: 'OK', finding: 'offered with final' },
  { id: 'cipherlist_STRONG', severity: 'OK', finding: 'offered' },
  { id: 'cert_trust', severity: 'OK', finding: 'Ok via SAN (same w/o SNI)' },
  { id: 'cert_chain_of_trust', severity: 'OK', finding: 'passed.' },
  { id: 'cert_revocation', severity: 'HIGH', finding: 'Neither CRL nor OCSP URI provided' },
  { id: 'secure_client_renego', severity: 'OK', finding: 'not vulnerable' },
  { id: 'RC4', severity: 'OK', finding: 'not vulnerable' },
  { id: 'scanTime', severity: 'INFO', finding: '132' },
];
const HSTS: Finding = { id: 'HSTS', severity: 'LOW', finding: 'not offered' };

function faults(findings: readonly Finding[], protocol: 'DNS over TLS' | 'DNS over HTTPS' = 'DNS over TLS') {
  return judgeScan({ protocol, findings }).faults;
}

test('a scan with nothing but expected findings is well, and each of them is told with its reason', () => {
  assert.deepEqual(faults(WELL), []);
  assert.deepEqual(faults([...WELL, HSTS], 'DNS over HTTPS'), []);
  const scan = { protocol: 'DNS over HTTPS', port: 443, findings: [...WELL, HSTS], output: '' } as const;
  const text = summaryOf(scan, judgeScan(scan)).join('\n');
  assert.match(text, /^DNS over HTTPS \(port 443\): all is well$/m);
  assert.match(text, /^ {2}expected +LOW HSTS: not offered \(.+\)$/m);
});

test('any other finding from LOW on is a fault, and what one protocol may have the other may not', () => {
  for (const severity of ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'FATAL'])
    assert.deepEqual(faults([...WELL, { id: 'BEAST', severity, finding: 'bad' }]), [`${severity} BEAST: bad`]);
  assert.deepEqual(faults([...WELL, HSTS]), ['LOW HSTS: not offered']);
  const grease = (finding: string) => faults([...WELL, { id: 'GREASE', severity: 'MEDIUM', finding }]).length;
  const alpn = 'Server fails if ClientHello contains an application_layer_protocol_negotiation extension.';
  assert.deepEqual([grease(alpn), grease('Server fails if ClientHello contains 129 cipher suites.')], [0, 1]);
  assert.deepEqual(faults([...WELL, { id: 'engine_problem', severity: 'WARN', finding: 'no GOST' }]), []);
});

test('an old protocol or a chain that is not trusted is a fault, however testssl.sh calls it', () => {
  const changed = (id: string, finding: string) =>
    faults(WELL.map((one) => (one.id === id ? { ...one, finding, severity: 'INFO' } : one)));
  assert.deepEqual(changed('TLS1', 'offered'), ['TLS1: offered']);
  assert.deepEqual(changed('TLS1_3', 'not offered + downgraded'), ['TLS1_3: not offered + downgraded']);
  assert.deepEqual(changed('cert_chain_of_trust', 'failed (chain incomplete).'), [
    'cert_chain_of_trust: failed (chain incomplete).',
  ]);
});

test('a scan that was cut off is no scan in which nothing was found', () => {
  assert.ok(faults([]).length > 5);
  assert.deepEqual(faults(WELL.slice(0, -1)), ['testssl.sh said nothing of scanTime']);
});
