// dns = { provider = … } of a [[certificate]] table: who writes the records of dns-01, and how long that takes to be seen.

import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import * as z from 'zod';
import type { DatagramPeer } from '../../../sockets/datagram-exchange.ts';
import type { DnsChallengeSettings, DnsProviderSettings, TransactionKey } from '../acme-settings.ts';
import { canonicalAddress } from '../canonical-address.ts';
import { readCertificateName } from '../certificate-name.ts';
import { choice, text } from '../fields.ts';
import { PATH_FORM, readFilePath } from '../operator-path.ts';
import { readDurationSeconds } from '../quantities.ts';
import { readSecret } from '../secret.ts';
import { quote, type Reading, type SettingsPath } from '../settings-fault.ts';
import { readTable, type TableContext } from '../table-reader.ts';

const DURATION_FORM = 'a duration such as "2m"';

export const DNS_PROVIDER_SHAPE = z.strictObject({
  provider: choice(['hook', 'rfc2136', 'acme-dns', 'cloudflare', 'hetzner', 'desec']),
  hook: text(PATH_FORM),
  timeout: text(DURATION_FORM),
  server: text('"192.0.2.53" or "192.0.2.53:53"'),
  zone: text('the name of a zone, such as "example.org"'),
  key_name: text('the name of a TSIG key'),
  key_algorithm: choice(['hmac-sha256', 'hmac-sha384', 'hmac-sha512']),
  key_secret: text('the secret of that key, base64'),
  key_secret_file: text(PATH_FORM),
  url: text('an https URL'),
  subdomain: text('the subdomain that acme-dns gave you'),
  user: text('the user name that acme-dns gave you'),
  password: text('the password that acme-dns gave you'),
  password_file: text(PATH_FORM),
  token: text('a token of the API'),
  token_file: text(PATH_FORM),
  propagation: text(DURATION_FORM),
  delay: text(DURATION_FORM),
});
type DnsProviderTable = z.output<typeof DNS_PROVIDER_SHAPE>;
type Key = keyof DnsProviderTable;

const API_KEYS = ['url', 'token', 'token_file'] as const;
const KEYS_OF_PROVIDER: Readonly<Record<DnsProviderSettings['kind'], readonly Key[]>> = {
  hook: ['hook', 'timeout'],
  rfc2136: ['server', 'zone', 'key_name', 'key_algorithm', 'key_secret', 'key_secret_file'],
  'acme-dns': ['url', 'subdomain', 'user', 'password', 'password_file'],
  cloudflare: API_KEYS,
  hetzner: API_KEYS,
  desec: API_KEYS,
};
const KEYS_OF_ALL: readonly Key[] = ['provider', 'propagation', 'delay'];

const HOOK_SECONDS = 120;
const PROPAGATION_SECONDS = 120;
const HOUR_SECONDS = 3_600;

/** Undefined after a fault was noted, or where nothing is written. */
export function readDnsProvider(
  raw: unknown,
  path: SettingsPath,
  context: TableContext,
): DnsChallengeSettings | undefined {
  if (raw === undefined) return undefined;
  const table = readTable(DNS_PROVIDER_SHAPE, raw, path, context);
  const { faults } = context;
  const kind = table.provider;
  if (kind === undefined) {
    if (!faults.isFaulty(path) && !faults.isFaulty([...path, 'provider']))
      faults.fault(path, `has no provider; allowed: ${Object.keys(KEYS_OF_PROVIDER).map(quote).join(', ')}`);
    return undefined;
  }
  for (const key of Object.keys(table) as Key[])
    if (table[key] !== undefined && !KEYS_OF_PROVIDER[kind].includes(key) && !KEYS_OF_ALL.includes(key))
      faults.fault(
        [...path, key],
        `does not belong to provider = ${quote(kind)}; it has: ${KEYS_OF_PROVIDER[kind].join(', ')}`,
      );
  const seconds = (key: 'propagation' | 'delay' | 'timeout', usual: number, least: number): number => {
    const written = table[key];
    if (written === undefined) return usual;
    return faults.accept([...path, key], readDurationSeconds(written, least, HOUR_SECONDS)) ?? usual;
  };
  const propagationSeconds = seconds('propagation', PROPAGATION_SECONDS, 0);
  const delaySeconds = seconds('delay', 0, 0);
  const provider = readProvider(kind, table, path, context, () => seconds('timeout', HOOK_SECONDS, 1));
  return provider === undefined ? undefined : { provider, propagationSeconds, delaySeconds };
}

function readProvider(
  kind: DnsProviderSettings['kind'],
  table: DnsProviderTable,
  path: SettingsPath,
  context: TableContext,
  timeoutSeconds: () => number,
): DnsProviderSettings | undefined {
  const { faults } = context;
  const needed = (key: Key, advice: string): string | undefined => {
    const written = table[key];
    if (written === undefined && !faults.isFaulty([...path, key]))
      faults.fault(path, `has provider = ${quote(kind)} but no ${key}; ${advice}`);
    return written;
  };
  const secret = (key: 'token' | 'password' | 'key_secret', advice: string): string | undefined => {
    if (table[key] === undefined && table[`${key}_file`] === undefined) needed(key, `${advice}, or ${key}_file`);
    return readSecret(table, key, path, context);
  };
  const url = (): string | undefined => {
    if (table.url !== undefined && !/^https:$/.test(URL.parse(table.url)?.protocol ?? '') && !isLoopbackUrl(table.url))
      faults.fault([...path, 'url'], `${quote(table.url)} is not an https URL`);
    return table.url;
  };
  switch (kind) {
    case 'hook': {
      const written = needed('hook', 'write hook = "path of a program"');
      const file = written && faults.accept([...path, 'hook'], readFilePath(written, context.baseDirectory));
      if (!file) return undefined;
      if (!isProgram(file)) faults.fault([...path, 'hook'], `${file} is not executable; chmod +x ${file}`);
      return { kind, path: file, timeoutSeconds: timeoutSeconds() };
    }
    case 'rfc2136': {
      const written = needed('server', 'write server = "address of the primary name server"');
      const server = written === undefined ? undefined : faults.accept([...path, 'server'], readServer(written));
      const zone =
        table.zone === undefined ? undefined : faults.accept([...path, 'zone'], readCertificateName(table.zone));
      const key = readKey(table, path, context, secret);
      return server === undefined ? undefined : { kind, server, zone, key };
    }
    case 'acme-dns': {
      const base = url() ?? needed('url', 'write url = "https://…", where its API is');
      const subdomain = needed('subdomain', 'it came with the registration');
      const user = needed('user', 'it came with the registration');
      const password = secret('password', 'it came with the registration');
      if (base === undefined || subdomain === undefined || user === undefined || password === undefined)
        return undefined;
      return { kind, url: base, subdomain, user, password };
    }
    default: {
      const token = secret('token', 'make one in the account with the provider');
      return token === undefined ? undefined : { kind, url: url(), token };
    }
  }
}

function readKey(
  table: DnsProviderTable,
  path: SettingsPath,
  { faults }: TableContext,
  secret: (key: 'key_secret', advice: string) => string | undefined,
): TransactionKey | undefined {
  if (table.key_name === undefined) {
    if (table.key_secret !== undefined || table.key_secret_file !== undefined)
      faults.fault(path, 'has a key_secret but no key_name');
    else
      faults.notice(
        [...path, 'server'],
        'updates are not signed: anybody who can send from this address could do the same',
      );
    return undefined;
  }
  const name = table.key_name.replace(/\.$/, '');
  if (!/^[\w-]{1,63}(?:\.[\w-]{1,63})*$/.test(name) || name.length > 250)
    faults.fault([...path, 'key_name'], `${quote(table.key_name)} is not the name of a key`);
  const text = secret('key_secret', 'write key_secret = "…"');
  if (text === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]+=*$/.test(text)) faults.fault([...path, 'key_secret'], 'is not base64');
  return { name, algorithm: table.key_algorithm ?? 'hmac-sha256', secret: text };
}

function readServer(written: string): Reading<DatagramPeer> {
  const [, bracketed, bare, digits] = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(written) ?? [];
  const host = isIP(written) === 0 ? (bracketed ?? bare ?? '') : written;
  const address = canonicalAddress(host);
  const port = isIP(written) !== 0 || digits === undefined ? 53 : Number(digits);
  if (address === undefined || port < 1 || port > 65_535)
    return {
      wrong: `${quote(written)} is not an IP address, or one with a port; allowed: "192.0.2.53", "[2001:db8::53]:53"`,
    };
  return { value: { address, port } };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isLoopbackUrl(url: string): boolean {
  return /^http:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)(?::\d+)?(?:\/|$)/.test(url);
}
