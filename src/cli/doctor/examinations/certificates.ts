// The certificate as each kind of client sees it: with each of the gateway's names and with none, over TLS 1.2 and 1.3.

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { certificateCovers, namesOfCertificate } from '../../../control-plane/certificates/certificate-names.ts';
import type { CertificateSettings } from '../../../control-plane/settings/settings.ts';
import { silenceText } from '../ask-endpoint.ts';
import { daysBetween, judgeLeaf, keyText } from '../certificate/judge-leaf.ts';
import { issuerName, judgeTrust } from '../certificate/judge-trust.ts';
import { type NamedTlsServer, serverOnDisk, serversAtPorts } from '../certificate/tls-servers.ts';
import type { Circumstances } from '../circumstances.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';
import { shakeHands } from '../handshake.ts';
import { NOBODY } from '../trust-store.ts';

const NAMES_MAX = 16;
const VERSIONS = ['TLSv1.3', 'TLSv1.2'] as const;

export const certificates: Examination = {
  name: 'tls',
  subject: 'the certificates as clients see them',
  async examine(circumstances) {
    const { settings, gateway, endpoints } = circumstances;
    if (settings.listen.dot.length + settings.listen.doh.length === 0)
      return [skip('neither DNS over TLS nor DNS over HTTPS is listened for')];
    const isRunning = gateway.kind !== 'none';
    const findings: Finding[] = [];
    const atPorts = isRunning ? await thoseWithTls(serversAtPorts(endpoints), findings) : [];
    const judged: JudgedName[] = [];
    for (const certificate of settings.certificates) {
      const servers = isRunning ? atPorts : [serverOnDisk(certificate, settings)];
      for (const server of servers) if ('wrong' in server) findings.push(unservable(certificate, server.wrong));
      const sound = servers.filter((server) => 'server' in server);
      if (sound.length === 0) continue;
      const names = certificate.names.slice(0, NAMES_MAX);
      judged.push(...(await Promise.all(names.map((name) => judgeName(name, certificate, sound, circumstances)))));
    }
    findings.push(...grouped(judged));
    if (isRunning) findings.push(...(await withoutName(atPorts, circumstances)));
    return findings;
  },
};

/** A port without TLS is not asked again and again; of each, a finding. */
async function thoseWithTls(
  servers: readonly NamedTlsServer[],
  findings: Finding[],
): Promise<readonly NamedTlsServer[]> {
  const greetings = servers.map(({ alpn, server }) =>
    shakeHands(server, { serverName: undefined, alpn, trust: NOBODY }),
  );
  const handshakes = await Promise.all(greetings);
  return servers.filter(({ title }, index) => {
    const handshake = handshakes[index]!;
    if (!handshake.done) findings.push(skip(`${title} shows no certificate: see the findings under "ports"`));
    return handshake.done;
  });
}

interface JudgedName {
  readonly name: string;
  /** The same for all names of a certificate, mostly. */
  readonly findings: readonly Finding[];
}

async function judgeName(
  name: string,
  { source }: CertificateSettings,
  servers: readonly NamedTlsServer[],
  { authorities, now }: Circumstances,
): Promise<JudgedName> {
  const serverName = isIP(name) === 0 ? name.replace(/^\*/, 'client') : undefined;
  const findings: Finding[] = [];
  let leaf: X509Certificate | undefined;
  let sent = 0;
  for (const { title, alpn, server } of servers) {
    for (const version of VERSIONS) {
      const greeting = { serverName, alpn, version };
      const handshake = await shakeHands(server, { ...greeting, trust: authorities.everywhere });
      if (!handshake.done) {
        const versionText = version.replace('v', ' ');
        findings.push(fail(`${title}, ${versionText}: no handshake: ${silenceText(handshake.code)}`, HANDSHAKE_ADVICE));
        continue;
      }
      const { chain, refusal } = handshake;
      // What it is like is said once; of every other kind of client only where it differs.
      if (leaf?.fingerprint256 === chain[0]!.fingerprint256) continue;
      leaf = chain[0]!;
      sent = chain.length;
      const trust = await judgeTrust(server, greeting, chain, refusal, source, authorities, now());
      findings.push(...(trust === undefined ? [] : [trust]), ...judgeCover(leaf, name), ...judgeLeaf(leaf, now()));
    }
  }
  if (leaf === undefined || findings.some(({ verdict }) => verdict === 'fail')) return { name, findings };
  const until = `until ${leaf.validToDate.toISOString().slice(0, 10)} (${Math.floor(daysBetween(now(), leaf.validToDate))} days)`;
  const chainText = sent === 1 ? 'sent alone' : `sent with ${sent - 1} of its issuers`;
  const where = servers.map(({ title }) => title).join(' and ');
  const sentence = `from ${issuerName(leaf)}, ${keyText(leaf)}, ${until}, ${chainText}; over ${where}, TLS 1.2 and 1.3`;
  return { name, findings: [ok(sentence), ...findings] };
}

const HANDSHAKE_ADVICE = 'the log of the gateway may say why; test it by hand: openssl s_client -connect ADDRESS:PORT';

function judgeCover(leaf: X509Certificate, name: string): readonly Finding[] {
  if (certificateCovers(leaf, name)) return [];
  const names = namesText(leaf);
  if (isIP(name) !== 0)
    return [
      warn(
        `who connects by this address gets a certificate that does not cover it (it has ${names})`,
        'the first [[certificate]] is the one for clients that name nobody: put the address among its names',
      ),
    ];
  return [
    fail(
      `the certificate does not cover this name (it has ${names}), so clients that are given the name refuse it`,
      'order a certificate with this name, or take the name out of certificate.names and give clients another',
    ),
  ];
}

/** Names with the same findings share their lines. */
function grouped(judged: readonly JudgedName[]): readonly Finding[] {
  const groups = Map.groupBy(judged, ({ findings }) => JSON.stringify(findings));
  return [...groups.values()].flatMap((group) => {
    const names = group.map(({ name }) => name).join(', ');
    return group[0]!.findings.map((finding) => ({ ...finding, sentence: `${names}: ${finding.sentence}` }));
  });
}

/** Android's automatic mode names nobody and checks nothing, and so do some routers. */
async function withoutName(
  servers: readonly NamedTlsServer[],
  { authorities }: Circumstances,
): Promise<readonly Finding[]> {
  const refusals: Finding[] = [];
  const shown = new Map<string, string[]>();
  for (const { title, alpn, server } of servers) {
    for (const version of VERSIONS) {
      const trust = authorities.everywhere;
      const handshake = await shakeHands(server, { serverName: undefined, alpn, version, trust });
      const where = `${title}, ${version.replace('v', ' ')}`;
      if (!handshake.done) {
        const sentence = `clients that name nobody (no SNI) are refused over ${where}: ${silenceText(handshake.code)}`;
        refusals.push(fail(sentence, HANDSHAKE_ADVICE));
        continue;
      }
      const names = namesText(handshake.chain[0]!);
      shown.set(names, [...(shown.get(names) ?? []), title]);
    }
  }
  const answered = [...shown].map(([names, titles]) => {
    const where = [...new Set(titles)].join(' and ');
    return ok(`clients that name nobody (no SNI) get the certificate for ${names} over ${where}`);
  });
  return [...answered, ...refusals];
}

function namesText(leaf: X509Certificate): string {
  return [...namesOfCertificate(leaf)].join(', ') || 'no name at all';
}

function unservable({ names, source }: CertificateSettings, wrong: string): Finding {
  const title = names.join(', ');
  if (source.kind === 'files') return fail(`${title}: ${wrong}`, 'a gateway does not start with this');
  return unknown(`${title}: there is no certificate yet (${wrong})`, 'one is made or ordered when the gateway starts');
}
