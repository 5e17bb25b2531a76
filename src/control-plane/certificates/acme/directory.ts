// ACME directories (RFC 8555 section 7.1.1): which one a name means, and what one offers.

import { createHash } from 'node:crypto';
import { AcmeFailure } from './acme-failure.ts';
import type { OutsideHttp } from './outside-http.ts';
import { failureOfResponse } from './problem-document.ts';

export const STAGING_DIRECTORY = 'letsencrypt-staging';

const KNOWN: Readonly<Record<string, string>> = {
  letsencrypt: 'https://acme-v02.api.letsencrypt.org/directory',
  [STAGING_DIRECTORY]: 'https://acme-staging-v02.api.letsencrypt.org/directory',
};

/** `directory` as in the settings. */
export function directoryUrl(directory: string): string {
  return Object.hasOwn(KNOWN, directory) ? KNOWN[directory]! : directory;
}

export function isLetsEncrypt(directory: string): boolean {
  return Object.values(KNOWN).includes(directoryUrl(directory));
}

/** For file names: one per directory. */
export function directoryId(directory: string): string {
  const url = directoryUrl(directory);
  const known = Object.entries(KNOWN).find(([, value]) => value === url);
  if (known !== undefined) return known[0];
  const host = (URL.parse(url)?.hostname ?? 'ca').replace(/[^a-z0-9.-]/g, '_').slice(0, 60);
  return `${host}-${createHash('sha256').update(url).digest('hex').slice(0, 8)}`;
}

export interface Directory {
  readonly url: string;
  /** Where renewal information is (RFC 9773), if the CA has it. */
  readonly renewalInfoUrl: string | undefined;
  /** Names of the profiles it offers, if it does. */
  readonly profiles: readonly string[] | undefined;
  readonly termsOfServiceUrl: string | undefined;
  readonly externalAccountRequired: boolean;
}

/** Rejects with an AcmeFailure. */
export async function readDirectory(http: OutsideHttp, url: string): Promise<Directory> {
  const response = await http.request({ method: 'GET', url });
  if (response.status !== 200) throw failureOfResponse(response);
  let body: unknown;
  try {
    body = JSON.parse(response.text);
  } catch {
    body = undefined;
  }
  const entries = recordOf(body);
  if (typeof entries.newOrder !== 'string' || typeof entries.newAccount !== 'string')
    throw new AcmeFailure('network', `${URL.parse(url)?.host}: this is not an ACME directory`);
  const meta = recordOf(entries.meta);
  return {
    url,
    renewalInfoUrl: textIn(entries.renewalInfo),
    profiles: meta.profiles === undefined ? undefined : Object.keys(recordOf(meta.profiles)),
    termsOfServiceUrl: textIn(meta.termsOfService),
    externalAccountRequired: meta.externalAccountRequired === true,
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
