// Everything one order needs, put together: the directory, our account there, the way to prove names. Nothing of it outlives the
// order; what it leaves are the account's files.

import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import type { Upstream } from '../../../upstream/upstream.ts';
import type { AcmeSettings } from '../../settings/acme-settings.ts';
import { type AccountOptions, isAboutAccount, openAccount, reopenAccount } from './account.ts';
import { AcmeFailure, asAcmeFailure } from './acme-failure.ts';
import type { AcmeSession } from './acme-session.ts';
import type { Challenge } from './challenges/challenge.ts';
import { dns01 } from './challenges/dns-01.ts';
import { http01 } from './challenges/http-01.ts';
import { type PublishedChallenges, tlsAlpn01 } from './challenges/tls-alpn-01.ts';
import { chooseProfile } from './choose-profile.ts';
import { type Directory, directoryUrl, readDirectory } from './directory.ts';
import { createDnsProvider } from './dns-providers/create-dns-provider.ts';
import { waitUntilVisible } from './dns-providers/propagation.ts';
import { type OrderedCertificate, orderCertificate } from './order-certificate.ts';
import { OutsideHttp } from './outside-http.ts';
import type { PollTimes } from './poll-status.ts';

/** What orders are given by the gateway. */
export interface OrderParts {
  readonly stateDirectory: string;
  readonly lookup: LookupFunction;
  /** Asked whether a record of dns-01 can be seen. */
  readonly upstream: Pick<Upstream, 'exchange'>;
  readonly publishedChallenges: PublishedChallenges;
  /** Of http-01: token to key authorization. */
  readonly tokens: Map<string, string>;
  readonly pollTimes: PollTimes;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

export interface OrderTask {
  readonly names: readonly string[];
  readonly source: AcmeSettings;
  /** As in the settings; another one than the source's for a rehearsal. */
  readonly directory: string;
  /** The certificate before, as renewal information names it. */
  readonly replaces: string | undefined;
  onStep(text: string): void;
}

/** Rejects with an AcmeFailure. */
export async function runOrder(task: OrderTask, parts: OrderParts): Promise<OrderedCertificate> {
  const http = directoryHttp(task.directory, task.source, parts);
  try {
    const directory = await readDirectory(http, directoryUrl(task.directory));
    const profile = chooseProfile(task.source.profile, task.names, directory);
    const account: AccountOptions = {
      stateDirectory: parts.stateDirectory,
      directory,
      email: task.source.email,
      externalAccount: task.source.externalAccount,
    };
    try {
      return await orderWith(await openAccount(http, account, task.onStep), task, profile, directory, parts);
    } catch (error) {
      const failure = asAcmeFailure(error);
      if (!isAboutAccount(failure, account)) throw error;
      task.onStep(`the CA may not know our account any more (${failure.message}); opening it anew`);
      return await orderWith(await reopenAccount(http, account, task.onStep), task, profile, directory, parts);
    }
  } catch (error) {
    throw asAcmeFailure(error);
  } finally {
    await http.close();
  }
}

/** Trusts the CA of the settings in addition, where the directory is the one of the settings. */
export function directoryHttp(
  directory: string,
  source: AcmeSettings,
  { lookup, signal }: Pick<OrderParts, 'lookup' | 'signal'>,
): OutsideHttp {
  const { directoryCaPath } = source;
  const isOwn = directory === source.directory;
  const caPem = directoryCaPath === undefined || !isOwn ? undefined : readFileSync(directoryCaPath, 'utf8');
  return new OutsideHttp({ lookup, caPem, signal });
}

async function orderWith(
  session: AcmeSession,
  { names, source, replaces, onStep }: OrderTask,
  profile: string | undefined,
  directory: Directory,
  parts: OrderParts,
): Promise<OrderedCertificate> {
  const { signal, pollTimes: times } = parts;
  const provider = source.dns?.provider;
  const writtenUrl = provider !== undefined && 'url' in provider ? provider.url : undefined;
  const providerHttp = new OutsideHttp({ lookup: parts.lookup, writtenUrl, signal });
  try {
    const challenge = createChallenge(source, providerHttp, onStep, parts);
    const request = { names, profile, replaces: directory.renewalInfoUrl === undefined ? undefined : replaces };
    return await orderCertificate(request, { session, challenge, onStep, times, signal });
  } finally {
    await providerHttp.close();
  }
}

function createChallenge(
  { challenge, dns }: AcmeSettings,
  http: OutsideHttp,
  onStep: (text: string) => void,
  parts: OrderParts,
): Challenge {
  if (challenge === 'tls-alpn-01') return tlsAlpn01(parts.publishedChallenges);
  if (challenge === 'http-01') return http01(parts.tokens);
  if (dns === undefined) throw new AcmeFailure('local', 'dns-01 needs a provider');
  const { upstream, signal } = parts;
  const provider = createDnsProvider(dns.provider, http, signal);
  return dns01(provider, (name, value) => waitUntilVisible({ ...dns, upstream, onStep, signal }, name, value));
}
