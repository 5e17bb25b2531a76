// Our account with a CA: its key is made once per directory and survives restarts, with the URL the CA gave it. Owns
// state_dir/acme/*.account.*, readable for the gateway alone.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ExternalAccount } from '../../settings/acme-settings.ts';
import { writeFileAtomically } from '../../state-directory/write-file-atomically.ts';
import { AcmeFailure, asAcmeFailure } from './acme-failure.ts';
import { AcmeSession } from './acme-session.ts';
import { type Directory, directoryId } from './directory.ts';
import type { OutsideHttp } from './outside-http.ts';

export const ACME_FOLDER = 'acme';

export interface AccountOptions {
  readonly stateDirectory: string;
  readonly directory: Directory;
  readonly emails: readonly string[];
  readonly externalAccount: ExternalAccount | undefined;
}

export interface Account {
  readonly session: AcmeSession;
  /** Thumbprint of its key. */
  readonly id: string;
  /** As the CA calls it. */
  readonly url: string;
}

/** `key`: which one the account was made with; another would be refused there for ever. */
const KEPT_ACCOUNT = z.object({ url: z.string(), contact: z.array(z.string()), key: z.string() });

/** Our account, which is made where there is none. Rejects with an AcmeFailure. */
export async function openAccount(
  http: OutsideHttp,
  options: AccountOptions,
  onStep: (text: string) => void,
): Promise<Account> {
  const { directory, externalAccount } = options;
  const { keyPath, urlPath } = accountPaths(options);
  const contact = options.emails.map((email) => `mailto:${email}`);
  const key = accountKey(keyPath);
  const id = thumbprint(key);
  const kept = readKept(urlPath, id);
  const session = await AcmeSession.open(http, {
    directoryUrl: directory.url,
    accountKey: key,
    ...(kept === undefined ? {} : { accountUrl: kept.url }),
    ...(externalAccount === undefined
      ? {}
      : { externalAccountBinding: { kid: externalAccount.keyId, hmacKey: externalAccount.hmacKey } }),
  });
  if (kept !== undefined && kept.contact.join() === contact.join()) return { session, id, url: kept.url };
  if (kept === undefined) {
    if (directory.externalAccountRequired && externalAccount === undefined)
      throw new AcmeFailure('refused', 'this CA wants an account that you have with it: set eab_kid and eab_hmac_key');
    const terms = directory.termsOfServiceUrl === undefined ? '' : `, agreeing to ${directory.termsOfServiceUrl}`;
    onStep(`opening our account with the CA${terms}`);
    await session.ask((client) => client.createAccount({ termsOfServiceAgreed: true, contact }));
  } else {
    await session.ask((client) => client.updateAccount({ contact }));
  }
  const url = session.client.getAccountUrl();
  writeFileAtomically(urlPath, `${JSON.stringify({ url, contact, key: id })}\n`, 0o600);
  return { session, id, url };
}

/**
 * Whether the CA may mean our account: there is one that we remember, and it takes nothing from it. CAs say "unauthorized" and
 * "malformed" of much else.
 */
export function mayBeAboutAccount(failure: AcmeFailure, options: AccountOptions): boolean {
  if (failure.kind === 'account') return true;
  const isRefused = failure.kind === 'refused' && ['malformed', 'unauthorized'].includes(failure.problem ?? '');
  return isRefused && existsSync(accountPaths(options).urlPath);
}

/**
 * As `openAccount`, forgetting what we knew of it: the CA finds it by its key, or makes one. A key that it does not want any more (of
 * an account that was deactivated) is kept under another name, each under one of its own.
 */
export async function reopenAccount(
  http: OutsideHttp,
  options: AccountOptions,
  onStep: (text: string) => void,
): Promise<Account> {
  const { keyPath, urlPath } = accountPaths(options);
  rmSync(urlPath, { force: true });
  try {
    return await openAccount(http, options, onStep);
  } catch (error) {
    if (asAcmeFailure(error).problem !== 'unauthorized') throw error;
    keepAside(keyPath, 'refused');
    return await openAccount(http, options, onStep);
  }
}

/** An external account is an account of its own. */
function accountPaths({ stateDirectory, directory, externalAccount }: AccountOptions) {
  const folder = join(stateDirectory, ACME_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const of = externalAccount === undefined ? '' : `-${shortHash(externalAccount.keyId)}`;
  const stem = join(folder, `${directoryId(directory.url)}${of}.account`);
  return { keyPath: `${stem}.key.pem`, urlPath: `${stem}.json` };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function keepAside(path: string, why: 'refused' | 'damaged'): void {
  renameSync(path, `${path}.${why}-${shortHash(readFileSync(path, 'utf8'))}`);
}

function readKept(path: string, id: string): z.output<typeof KEPT_ACCOUNT> | undefined {
  try {
    const kept = KEPT_ACCOUNT.parse(JSON.parse(readFileSync(path, 'utf8')));
    return kept.key === id ? kept : undefined;
  } catch {
    // Missing or damaged: the CA finds the account by its key.
    return undefined;
  }
}

function thumbprint(keyPem: string): string {
  return createHash('sha256')
    .update(createPublicKey(keyPem).export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** PEM, P-256. A damaged key is kept under another name. Throws the system's error for one that may not be read. */
function accountKey(path: string): string {
  let kept: string | undefined;
  try {
    kept = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (kept !== undefined) {
    try {
      createPrivateKey(kept);
      return kept;
    } catch {
      keepAside(path, 'damaged');
    }
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  writeFileAtomically(path, pem, 0o600);
  return pem;
}
