// source = "acme" of a [[certificate]] table: which CA, how the names are proven, and as whom.

import { isIP } from 'node:net';
import { AccessList, parseAccessEntry } from '../../../policy/access-list.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import type { AcmeSettings, DnsProviderSettings, ExternalAccount } from '../acme-settings.ts';
import { readCaFile } from '../ca-file.ts';
import { isWildcardName } from '../certificate-name.ts';
import { isHomeEnding, isLocalEnding } from '../local-endings.ts';
import { readSecret } from '../secret.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import type { TableContext } from '../table-reader.ts';
import type { CertificateTable } from './certificate-table.ts';
import { isLetsEncrypt } from '../../certificates/acme/directory.ts';
import { readDnsProvider } from './dns-provider-table.ts';

const PROOF_LABEL = '_acme-challenge.';
const NAME_MAX_CHARACTERS = 253;
const ACME_DNS_VALUES_MAX = 2;

export function readAcmeSource(
  table: CertificateTable,
  names: readonly string[],
  path: SettingsPath,
  context: TableContext,
): AcmeSettings {
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
  if (table.profile !== undefined && !/^[\w.-]{1,64}$/.test(table.profile))
    faults.fault([...path, 'profile'], `${quote(table.profile)} is not the name of a profile`);
  const directory = readAcmeDirectory(table.directory ?? 'letsencrypt', path, context);
  if (isLetsEncrypt(directory)) reportNamesOfNobody(names, path, context);
  if (table.dns !== undefined && challenge !== 'dns-01')
    faults.fault([...path, 'dns'], `belongs to challenge = "dns-01", while this one is ${quote(challenge)}`);
  const dns = readDnsProvider(table.dns, [...path, 'dns'], context);
  if (challenge === 'dns-01') reportUnprovable(names, dns?.provider.kind, path, context);
  reportRedundant(names, path, context);
  if (challenge === 'dns-01' && table.dns === undefined)
    faults.fault(
      challengePath,
      '"dns-01" needs to know who writes the records; write dns = { provider = "…" }: "hook", "rfc2136", "acme-dns", "cloudflare", "hetzner" or "desec"',
    );
  return {
    kind: 'acme',
    directory,
    directoryCaPath: readCaFile(table.directory_ca, [...path, 'directory_ca'], context)?.file,
    challenge,
    email: table.email,
    profile: table.profile,
    externalAccount: readExternalAccount(table, path, context),
    dns: challenge === 'dns-01' ? dns : undefined,
  };
}

/** What can never be proven by a record. */
function reportUnprovable(
  names: readonly string[],
  provider: DnsProviderSettings['kind'] | undefined,
  path: SettingsPath,
  { faults }: TableContext,
): void {
  for (const [index, name] of names.entries())
    if (name.replace(/^\*\./, '').length > NAME_MAX_CHARACTERS - PROOF_LABEL.length)
      faults.fault([...path, 'names', index], `there is no room for "${PROOF_LABEL}" in front of this name`);
  if (provider === 'acme-dns' && names.length > ACME_DNS_VALUES_MAX)
    faults.fault(
      [...path, 'names'],
      `acme-dns keeps ${ACME_DNS_VALUES_MAX} proofs at a time, so a certificate has at most ${ACME_DNS_VALUES_MAX} names; write one [[certificate]] for each, with an account each`,
    );
}

/** CAs refuse a name that a wildcard beside it covers. */
function reportRedundant(names: readonly string[], path: SettingsPath, { faults }: TableContext): void {
  for (const [index, name] of names.entries()) {
    const wildcard = `*${name.slice(name.indexOf('.'))}`;
    if (isIP(name) === 0 && name !== wildcard && names.includes(wildcard))
      faults.fault(
        [...path, 'names', index],
        `${name} is covered by ${wildcard} already, and CAs refuse both together`,
      );
  }
}

function readAcmeDirectory(written: string, path: SettingsPath, context: TableContext): string {
  if (written !== 'letsencrypt' && written !== 'letsencrypt-staging' && URL.parse(written)?.protocol !== 'https:')
    context.faults.fault(
      [...path, 'directory'],
      `${quote(written)} is not an ACME directory; allowed: "letsencrypt", "letsencrypt-staging", or an https URL`,
    );
  return written;
}

function readExternalAccount(
  table: CertificateTable,
  path: SettingsPath,
  context: TableContext,
): ExternalAccount | undefined {
  const { faults } = context;
  const keyId = table.eab_kid;
  const hmacKey = readSecret(table, 'eab_hmac_key', path, context);
  const hasKey = table.eab_hmac_key !== undefined || table.eab_hmac_key_file !== undefined;
  if (keyId === undefined && hasKey) faults.fault(path, 'has an eab_hmac_key but no eab_kid; the CA gave you both');
  if (keyId !== undefined && !hasKey)
    faults.fault([...path, 'eab_kid'], 'needs the key that belongs to it: eab_hmac_key, or eab_hmac_key_file');
  if (hmacKey !== undefined && !/^[\w+/-]+=*$/.test(hmacKey))
    faults.fault([...path, 'eab_hmac_key'], 'is not base64url; copy it as the CA shows it');
  return keyId === undefined || hmacKey === undefined ? undefined : { keyId, hmacKey };
}

const LOCAL = new AccessList(
  ['loopback', 'private'].flatMap((word) => {
    const ranges = parseAccessEntry(word);
    return typeof ranges === 'string' ? [] : ranges;
  }),
);
/** For texts (RFC 2606): nobody can have a name there. */
const EXAMPLE = /(?:^|\.)example$/;

/** What no public CA can vouch for: a fault now rather than a refusal tonight. */
function reportNamesOfNobody(names: readonly string[], path: SettingsPath, { faults }: TableContext): void {
  const advice = 'put it into a [[certificate]] with source = "local-ca"';
  for (const [index, name] of names.entries()) {
    const place = [...path, 'names', index];
    const octets = new Uint8Array(16);
    if (parseAddress(name, octets)) {
      if (LOCAL.permits(octets))
        faults.fault(place, `${name} is not a public address, so no public CA vouches for it; ${advice}`);
    } else if (!name.includes('.') || isLocalEnding(name) || isHomeEnding(name) || EXAMPLE.test(name))
      faults.fault(place, `${name} is not a public name, so no public CA vouches for it; ${advice}`);
  }
}
