// Where the certificate of a [[certificate]] table comes from: the local CA, the operator's files, or ACME.

import { isIP } from 'node:net';
import { certificateDoubts, readCertificateFiles } from '../../certificates/certificate-files.ts';
import { readCaFile } from '../ca-file.ts';
import { isWildcardName } from '../certificate-name.ts';
import { readFilePath } from '../operator-path.ts';
import type { CertificateSource } from '../settings.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import type { TableContext } from '../table-reader.ts';
import type { CertificateTable } from './certificate-table.ts';

const KEYS_OF_SOURCE = {
  'local-ca': [],
  files: ['cert', 'key'],
  acme: ['directory', 'directory_ca', 'challenge', 'email'],
} as const;

export function readCertificateSource(
  table: CertificateTable,
  names: readonly string[],
  path: SettingsPath,
  context: TableContext,
): CertificateSource | undefined {
  if (context.faults.isFaulty([...path, 'source'])) return undefined;
  const kind = table.source ?? 'local-ca';
  for (const [owner, keys] of Object.entries(KEYS_OF_SOURCE))
    for (const key of keys)
      if (owner !== kind && table[key] !== undefined) {
        const advice = table.source === undefined ? `add source = "${owner}"` : 'leave it out';
        context.faults.fault(
          [...path, key],
          `belongs to source = "${owner}", while this certificate has source = "${kind}"; ${advice}`,
        );
      }
  if (kind === 'files') return readFiles(table, names, path, context);
  if (kind === 'acme') return readAcme(table, names, path, context);
  return { kind };
}

function readFiles(
  table: CertificateTable,
  names: readonly string[],
  path: SettingsPath,
  context: TableContext,
): CertificateSource | undefined {
  const { faults } = context;
  const pathOf = (key: 'cert' | 'key'): string | undefined => {
    const written = table[key];
    if (written !== undefined) return faults.accept([...path, key], readFilePath(written, context.baseDirectory));
    if (!faults.isFaulty([...path, key]))
      faults.fault(path, `has source = "files" but no ${key}; write ${key} = "path to a PEM file"`);
    return undefined;
  };
  const certPath = pathOf('cert');
  const keyPath = pathOf('key');
  if (certPath === undefined || keyPath === undefined) return undefined;
  const reading = readCertificateFiles(certPath, keyPath);
  if (!reading.ok) {
    faults.fault([...path, reading.file], reading.wrong);
    return undefined;
  }
  for (const doubt of certificateDoubts(reading.files, names, context.now))
    faults.notice([...path, 'cert'], `${certPath}: ${doubt}`);
  return { kind: 'files', certPath, keyPath };
}

function readAcme(
  table: CertificateTable,
  names: readonly string[],
  path: SettingsPath,
  context: TableContext,
): CertificateSource {
  const { faults } = context;
  const challenge = table.challenge ?? 'tls-alpn-01';
  const challengePath = [...path, 'challenge'];
  const wildcard = names.find(isWildcardName);
  if (wildcard !== undefined && challenge !== 'dns-01')
    faults.fault(
      challengePath,
      `${quote(challenge)} cannot prove the wildcard ${wildcard}; write challenge = "dns-01"`,
    );
  const address = names.find((name) => isIP(name) !== 0);
  if (address !== undefined && challenge === 'dns-01')
    faults.fault(
      challengePath,
      `"dns-01" cannot prove the address ${address}; write "tls-alpn-01" or "http-01", or take the address out`,
    );
  if (table.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(table.email))
    faults.fault([...path, 'email'], `${quote(table.email)} is not an e-mail address`);
  faults.notice(
    [...path, 'source'],
    'ACME comes in a later version: until then this certificate comes from the local CA',
  );
  return {
    kind: 'acme',
    directory: readAcmeDirectory(table.directory ?? 'letsencrypt', path, context),
    directoryCaPath: readCaFile(table.directory_ca, [...path, 'directory_ca'], context)?.file,
    challenge,
    email: table.email,
  };
}

function readAcmeDirectory(written: string, path: SettingsPath, context: TableContext): string {
  if (written !== 'letsencrypt' && written !== 'letsencrypt-staging' && URL.parse(written)?.protocol !== 'https:')
    context.faults.fault(
      [...path, 'directory'],
      `${quote(written)} is not an ACME directory; allowed: "letsencrypt", "letsencrypt-staging", or an https URL`,
    );
  return written;
}
