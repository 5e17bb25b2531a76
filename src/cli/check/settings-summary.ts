// What a gateway with these settings would do, in a few lines for `sotto check`.

import { servesOthers } from '../../control-plane/local-names/compile-local-names.ts';
import { listenAddressToText } from '../../control-plane/settings/listen-address.ts';
import { plaintextExceptions, proofExceptions } from '../../control-plane/settings/plaintext-exceptions.ts';
import type {
  CertificateSettings,
  ListenAddress,
  ListSettings,
  Settings,
} from '../../control-plane/settings/settings.ts';
import { type AddressRange, parseAccessEntry } from '../../policy/access-list.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import { addressToText, isMappedIpv4 } from '../../wire/ip-address.ts';
import { nameToText } from '../../wire/name-text.ts';
import { visible } from '../visible-text.ts';
import { type DiscoveryName, discoveryNames } from './discovery-names.ts';
import { blockResponseText, groupTexts } from './group-texts.ts';

/** Several lines without a final newline. */
export function settingsSummary(settings: Settings): string {
  const { listen, access, server, policy, lists } = settings;
  const rows: [string, readonly string[]][] = [
    ['plain DNS', [addressesText(listen.dns)]],
    ['DoT', [addressesText(listen.dot)]],
    ['DoH', [addressesText(listen.doh) + (listen.doh.length === 0 ? '' : ', path /dns-query')]],
    ['set-up page', [listen.http.map((address) => `http://${listenAddressToText(address)}/`).join(', ') || 'off']],
    ['may ask', [`plain: ${rangesText(access.plain)}`, `encrypted: ${rangesText(access.encrypted)}`]],
    ['cookies', cookieTexts(server.cookies)],
    ['upstream', settings.upstreams.map(({ url, addresses }) => `${url} at ${addresses.join(', ')}`)],
    ['mode', [modeText(policy)]],
    ['blocked', [`${blockResponseText(policy.blockResponse)}, for ${policy.blockTtlSeconds} s`]],
    ['lists', lists.length === 0 ? ['none'] : lists.map(listText)],
    ['rules', [rulesText(settings)]],
    ...groupsRow(settings),
    ['certificate', settings.certificates.map(certificateText)],
    ['files', [`${settings.stateDirectory} and ${settings.certificateDirectory}`]],
    ['cache', [cacheText(settings.cache)]],
    ['local names', [localNamesText(settings), ...namesOfNetworkTexts(settings)]],
    ['discovery', [discoveryText(settings)]],
    ['threads', [`${server.threads}${server.user === undefined ? '' : `, as the user ${server.user}`}`]],
    ...challengeRow(settings),
    ...translatorRow(settings),
    ['plaintext', plaintextTexts(settings)],
  ];
  return rows
    .flatMap(([word, texts]) => texts.map((text, index) => `${(index === 0 ? word : '').padEnd(11)}  ${visible(text)}`))
    .join('\n');
}

function rulesText({ rules, rulesFile }: Settings): string {
  const own = rules.length === 0 ? [] : [`${rules.length} of your own`];
  return [...own, ...(rulesFile === undefined ? [] : [`those of ${rulesFile}`])].join(', and ') || 'none';
}

function groupsRow(settings: Settings): [string, readonly string[]][] {
  const texts = groupTexts(settings);
  return texts.length === 0 ? [] : [['groups', texts]];
}

function challengeRow({ listen }: Settings): [string, readonly string[]][] {
  if (listen.acmeHttp.length === 0) return [];
  return [['HTTP-01', [`challenges at ${addressesText(listen.acmeHttp)}, and nothing else there`]]];
}

function translatorRow({ resolve }: Settings): [string, readonly string[]][] {
  if (resolve.dns64 === undefined) return [];
  const { prefix, prefixBits } = resolve.dns64;
  return [['DNS64', [`names without IPv6 address are answered under ${addressToText(prefix)}/${prefixBits}`]]];
}

function plaintextTexts({ zones, certificates }: Settings): readonly string[] {
  const exceptions = [...plaintextExceptions(zones), ...proofExceptions(certificates)];
  if (exceptions.length === 0) return ['no question leaves this host in plaintext; there are no exceptions'];
  return ['no question leaves this host in plaintext, except that', ...exceptions];
}

/** The usual needs no words. */
function cookieTexts(cookies: Settings['server']['cookies']): readonly string[] {
  if (cookies === 'answer') return [];
  return [cookies === 'off' ? 'not answered' : 'over UDP, clients that use them have to show one of ours first'];
}

function addressesText(addresses: readonly ListenAddress[]): string {
  if (addresses.length === 0) return 'off';
  const optional = addresses.some((address) => address.optional) ? ' (IPv6 where this machine has it)' : '';
  return addresses.map(listenAddressToText).join(', ') + optional;
}

/** The words of [access] where they fit. */
function rangesText(ranges: readonly AddressRange[]): string {
  if (ranges.length === 0) return 'nobody';
  let left = ranges.map(rangeText);
  const words: string[] = [];
  for (const word of ['any', 'loopback', 'private']) {
    const parts = parseAccessEntry(word);
    const texts = typeof parts === 'string' ? [] : parts.map(rangeText);
    if (!texts.every((text) => left.includes(text))) continue;
    words.push(word);
    left = left.filter((text) => !texts.includes(text));
  }
  return [...words, ...left].join(', ');
}

function rangeText({ address, prefixBits }: AddressRange): string {
  const isIpv4 = isMappedIpv4(address) && prefixBits >= 96;
  return `${addressToText(address)}/${isIpv4 ? prefixBits - 96 : prefixBits}`;
}

function cacheText({ maxBytes, rules, exclude, persist }: Settings['cache']): string {
  const { staleSeconds } = rules;
  return [
    `${Math.round(maxBytes / 1_000_000)} MB at most`,
    `${persist ? 'kept on disk over a restart' : 'in memory alone'}`,
    staleSeconds === 0
      ? 'nothing that has expired'
      : `in bad times answers expired for up to ${refreshText(staleSeconds)}`,
    ...(exclude.length === 0 ? [] : [exclude.length === 1 ? '1 name excluded' : `${exclude.length} names excluded`]),
  ].join('; ');
}

function modeText({ mode, start }: PolicySettings): string {
  if (mode === 'allowlist') return 'allowlist: only what an allow list or rule names is answered';
  const meanwhile = start === 'refuse' ? 'nothing is answered' : 'names are answered';
  return `blocklist: all is answered but what lists and rules block; until the lists have arrived, ${meanwhile}`;
}

function listText({ name, source, action, refreshSeconds }: ListSettings): string {
  const from = source.kind === 'url' ? `${source.url}, every ${refreshText(refreshSeconds)}` : source.path;
  return `${action} ${name}: ${from}`;
}

function localNamesText({ records, resolve }: Settings): string {
  const files = [...(resolve.hostsFile === undefined ? [] : [resolve.hostsFile]), ...resolve.leaseFiles];
  const own = records.length === 0 ? [] : [`${records.length} of your own`];
  const leases = resolve.leaseFiles.length === 0 ? '' : `; leases below ${nameToText(resolve.leaseDomain)}`;
  return [...own, ...files].join(', ').concat(leases) || 'none';
}

function namesOfNetworkTexts(settings: Settings): readonly string[] {
  const { resolve, records, zones } = settings;
  const hasNames = records.length + zones.length + resolve.leaseFiles.length > 0 || resolve.hostsFile !== undefined;
  if (!hasNames || !servesOthers(settings)) return [];
  const forWhom = rangesText(settings.access.localNames);
  return [`hosts, leases, zones and reverse names: for ${forWhom}; others who may ask get what is public`];
}

function discoveryText(settings: Settings): string {
  const { resolve } = settings;
  const canaries = [
    ...(resolve.firefoxCanary ? ['Firefox is told to use this resolver'] : []),
    ...(resolve.privateRelay === 'block' ? ["Apple's Private Relay is refused"] : []),
  ];
  const names = discoveryNames(settings);
  const told =
    names.length === 0
      ? 'clients learn of no encrypted resolver'
      : `clients learn of the encrypted listeners of ${names.map(discoveryNameText).join(', ')}`;
  return [told, ...canaries].join('; ');
}

/** Where clients find a name without addresses, they go without encryption. */
function discoveryNameText({ name, isForOthersToKnow }: DiscoveryName): string {
  return isForOthersToKnow ? `${name} (its addresses must be in the public DNS, or in a [[record]])` : name;
}

function refreshText(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function certificateText({ names, source }: CertificateSettings): string {
  switch (source.kind) {
    case 'local-ca':
      return `${names.join(', ')}: by the local CA`;
    case 'files':
      return `${names.join(', ')}: ${source.certPath} with ${source.keyPath}`;
    case 'acme': {
      const provider = source.dns === undefined ? '' : ` with ${source.dns.provider.kind}`;
      const profile = source.profile === undefined ? '' : `, profile ${source.profile}`;
      return `${names.join(', ')}: by ${source.directory}, ${source.challenge}${provider}${profile}`;
    }
  }
}
