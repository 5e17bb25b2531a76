// Where the certificate of a [[certificate]] table comes from: the local CA, the operator's files, or ACME.

import { certificateDoubts, readCertificateFiles } from '../../certificates/certificate-files.ts';
import { readFilePath } from '../operator-path.ts';
import type { CertificateSource } from '../settings.ts';
import type { SettingsPath } from '../settings-fault.ts';
import type { TableContext } from '../table-reader.ts';
import { readAcmeSource } from './acme-source.ts';
import type { CertificateTable } from './certificate-table.ts';

const KEYS_OF_SOURCE = {
  'local-ca': [],
  files: ['cert', 'key'],
  acme: [
    ...(['directory', 'directory_ca', 'challenge', 'email', 'profile', 'dns'] as const),
    ...(['eab_kid', 'eab_hmac_key', 'eab_hmac_key_file'] as const),
  ],
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
  if (kind === 'acme') return readAcmeSource(table, names, path, context);
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
