// Everything one order needs, put together: the directory, our account there, the way to prove names. Nothing of it outlives the
// order; what it leaves are the account's files.

import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import type { Upstream } from '../../../upstream/upstream.ts';
import type { AcmeSettings } from '../../settings/acme-settings.ts';
import { type Account, type AccountOptions, mayBeAboutAccount, openAccount, reopenAccount } from './account.ts';
import { AcmeFailure, asAcmeFailure } from './acme-failure.ts';
import type { Challenge } from './challenges/challenge.ts';
import { dns01 } from './challenges/dns-01.ts';
import { http01 } from './challenges/http-01.ts';
import { type PublishedChallenges, tlsAlpn01 } from './challenges/tls-alpn-01.ts';
import { chooseProfile } from './choose-profile.ts';
import { type Directory, directoryUrl, readDirectory } from './directory.ts';
import { createDnsProvider } from './dns-providers/create-dns-provider.ts';
import type { DnsProvider } from './dns-providers/dns-provider.ts';
import { waitUntilVisible } from './dns-providers/propagation.ts';
import type { ReplacedCertificate } from './kept-certificate.ts';
import { orderCertificate } from './order-certificate.ts';
import { OutsideHttp } from './outside-http.ts';
import type { PollTimes } from './poll-status.ts';
import type { IssuedCertificate } from './stored-certificate.ts';

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
  /** Aborted somewhat later: records that were written are taken away until then. */
  readonly cleanupSignal: AbortSignal;
}

export interface OrderTask {
  readonly names: readonly string[];
  readonly source: AcmeSettings;
  /** As in the settings; another one than the source's for a rehearsal. */
  readonly directory: string;
  /** Whom the account there tells the CA to write to. */
  readonly emails: readonly string[];
  /** The certificate before. */
  readonly replaces: ReplacedCertificate | undefined;
  onStep(text: string): void;
}

/** Rejects with an AcmeFailure. */
export async function runOrder(task: OrderTask, parts: OrderParts): Promise<IssuedCertificate> {
  const http = directoryHttp(task.directory, task.source, parts);
  try {
    const directory = await readDirectory(http, directoryUrl(task.directory));
    const profile = chooseProfile(task.source.profile, task.names, directory);
    const options: AccountOptions = {
      stateDirectory: parts.stateDirectory,
      directory,
      emails: task.emails,
      externalAccount: task.source.externalAccount,
    };
    let account: Account | undefined;
    try {
      account = await openAccount(http, options, task.onStep);
      return await orderWith(account, task, profile, directory, parts);
    } catch (error) {
      const failure = asAcmeFailure(error);
      if (!mayBeAboutAccount(failure, options)) throw error;
      task.onStep(`the CA may not know our account any more (${failure.message}); opening it anew`);
      const found = await reopenAccount(http, options, task.onStep);
      // It knows it well: it is the order that it does not want, and would not want again.
      if (failure.kind !== 'account' && found.url === account?.url) throw error;
      return await orderWith(found, { ...task, replaces: undefined }, profile, directory, parts);
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
  { session, id: accountId }: Account,
  { names, source, replaces, onStep }: OrderTask,
  profile: string | undefined,
  directory: Directory,
  parts: OrderParts,
): Promise<IssuedCertificate> {
  const { signal, pollTimes: times } = parts;
  await using connections = new AsyncDisposableStack();
  const challenge = createChallenge(source, onStep, parts, connections);
  // To a CA, another account's certificate is nothing that we could replace.
  const isOurs = replaces !== undefined && (replaces.accountId ?? accountId) === accountId;
  const isNamed = isOurs && directory.renewalInfoUrl !== undefined;
  const request = { names, profile, replaces: isNamed ? replaces.identifier : undefined };
  const ordered = await orderCertificate(request, { session, challenge, onStep, times, signal });
  return { ...ordered, accountId };
}

function createChallenge(
  { challenge, dns }: AcmeSettings,
  onStep: (text: string) => void,
  parts: OrderParts,
  connections: AsyncDisposableStack,
): Challenge {
  if (challenge === 'tls-alpn-01') return tlsAlpn01(parts.publishedChallenges);
  if (challenge === 'http-01') return http01(parts.tokens);
  if (dns === undefined) throw new AcmeFailure('local', 'dns-01 needs a provider');
  const { lookup, upstream, signal, cleanupSignal } = parts;
  const writtenUrl = 'url' in dns.provider ? dns.provider.url : undefined;
  const providerUntil = (end: AbortSignal): DnsProvider => {
    const http = new OutsideHttp({ lookup, writtenUrl, signal: end });
    connections.defer(() => http.close());
    return createDnsProvider(dns.provider, http, end);
  };
  const writing = providerUntil(signal);
  const removing = providerUntil(cleanupSignal);
  const provider: DnsProvider = {
    present: (name, value) => writing.present(name, value),
    remove: (name, value) => removing.remove(name, value),
  };
  return dns01(provider, (name, value) => waitUntilVisible({ ...dns, upstream, onStep, signal }, name, value));
}
