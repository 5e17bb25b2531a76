// [[certificate]]: what the gateway is called, and where the certificates for these names come from.

import * as z from 'zod';
import { CERTIFICATE_NAME_FORM, isWildcardName, readCertificateName } from '../certificate-name.ts';
import { anything, choice, list, text } from '../fields.ts';
import { PATH_FORM } from '../operator-path.ts';
import type { CertificateSettings } from '../settings.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { readTables, readTexts, type TableContext } from '../table-reader.ts';
import { readCertificateSource } from './certificate-source.ts';

const NAMES_MAX = 100;

export const CERTIFICATE_SHAPE = z.strictObject({
  names: list(`a list of ${CERTIFICATE_NAME_FORM}`),
  source: choice(['local-ca', 'files', 'acme']),
  cert: text(PATH_FORM),
  key: text(PATH_FORM),
  directory: text('"letsencrypt", "letsencrypt-staging", or "https://…"'),
  directory_ca: text(PATH_FORM),
  challenge: choice(['tls-alpn-01', 'http-01', 'dns-01']),
  email: text('an e-mail address'),
  profile: text('the name of a profile of the CA, such as "shortlived"'),
  eab_kid: text('the key ID that the CA gave you'),
  eab_hmac_key: text('the HMAC key that the CA gave you'),
  eab_hmac_key_file: text(PATH_FORM),
  dns: anything(),
});
export type CertificateTable = z.output<typeof CERTIFICATE_SHAPE>;

export function readCertificates(raw: unknown, context: TableContext): CertificateSettings[] {
  const tables = readTables(CERTIFICATE_SHAPE, raw, 'certificate', context);
  if (tables === undefined) return raw === undefined ? [defaultCertificate(context.hostName)] : [];
  const owners = new Map<string, SettingsPath>();
  return tables.flatMap(({ table, path }) => {
    const names = readNames(table, path, owners, context);
    const source = readCertificateSource(table, names, path, context);
    return source === undefined || names.length === 0 ? [] : [{ names, source }];
  });
}

function defaultCertificate(hostName: string): CertificateSettings {
  const names = new Set(['localhost', '127.0.0.1', '::1']);
  const ownName = readCertificateName(hostName).value;
  if (ownName !== undefined && !isWildcardName(ownName)) names.add(ownName);
  return { names: [...names], source: { kind: 'local-ca' } };
}

function readNames(
  table: CertificateTable,
  path: SettingsPath,
  owners: Map<string, SettingsPath>,
  context: TableContext,
): string[] {
  const { faults } = context;
  const key = [...path, 'names'];
  if (table.names === undefined && !faults.isFaulty(key))
    faults.fault(path, `has no names; write names = ["dns.example.org"]`);
  if (table.names?.length === 0) faults.fault(key, `is empty; write at least one: ${CERTIFICATE_NAME_FORM}`);
  const names: string[] = [];
  for (const { text: written, path: place } of readTexts(
    table.names ?? [],
    key,
    CERTIFICATE_NAME_FORM,
    NAMES_MAX,
    context,
  )) {
    const name = faults.accept(place, readCertificateName(written));
    if (name === undefined) continue;
    const owner = owners.get(name);
    if (owner !== undefined) {
      const where = owner === path ? 'in these names' : `in certificate[${owner[1]}]`;
      faults.fault(place, `${quote(name)} stands ${where} already; each name has one certificate`);
    }
    owners.set(name, path);
    names.push(name);
  }
  return names;
}
