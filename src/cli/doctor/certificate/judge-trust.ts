// Who would trust a server: every client, those that trust what this machine does, those with the gateway's own CA, or nobody.

import type { X509Certificate } from 'node:crypto';
import type { CertificateSettings } from '../../../control-plane/settings/settings.ts';
import type { Authorities } from '../authorities.ts';
import { fail, type Finding, warn } from '../finding.ts';
import { type Greeting, shakeHands, type TlsServer } from '../handshake.ts';

/** They are told apart from trust: judge-leaf.ts. */
const ABOUT_DATES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Nobody was found who signed it, or nobody who may. */
const ABOUT_ISSUERS = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

const ANDROID = "Android's Private DNS takes only CAs that the system came with; nothing can be installed for it";

/** Undefined where every client trusts it, as far as that can be said beside its dates. `refusal`: by the CAs known everywhere. */
export async function judgeTrust(
  server: TlsServer,
  greeting: Omit<Greeting, 'trust'>,
  chain: readonly X509Certificate[],
  refusal: string | undefined,
  source: CertificateSettings['source'],
  authorities: Authorities,
  now: Date,
): Promise<Finding | undefined> {
  if (refusal === undefined) return undefined;
  if (ABOUT_DATES.has(refusal)) return issuerOutOfDates(chain, now);
  const { local, localCaPath, onThisMachine } = authorities;
  if (!ABOUT_ISSUERS.has(refusal))
    return fail(`clients refuse it: ${refusal}`, 'see what it is: openssl x509 -noout -text -in FILE');
  // Where this user may not read the CA, it can only be believed.
  if (local === undefined && source.kind === 'local-ca') return localFinding(source, localCaPath);
  if (local !== undefined && (await accepts(server, { ...greeting, trust: local })))
    return localFinding(source, localCaPath);
  if (await accepts(server, { ...greeting, trust: onThisMachine }))
    return warn(
      `its CA "${issuerName(chain.at(-1)!)}" is known to this machine, but is none that devices come with`,
      `${ANDROID}: use a public CA (source = "acme")`,
    );
  const leaf = chain[0]!;
  if (chain.length > 1)
    return fail(
      `its CA "${issuerName(chain.at(-1)!)}" is none that clients know (${refusal})`,
      `${ANDROID}: use a public CA (source = "acme")`,
    );
  if (leaf.checkIssued(leaf))
    return fail(
      'it is signed by itself, so no client trusts it',
      'use source = "local-ca", or a public CA (source = "acme")',
    );
  return fail(
    `the intermediate certificate is missing: nothing but the server's own is sent, and its issuer "${issuerName(leaf)}" is no CA that clients know`,
    'name the file with the whole chain as certificate.cert (fullchain.pem, not cert.pem)',
    'browsers may hide this, since they remember intermediates from elsewhere; phones do not',
  );
}

/** Undefined where it is the server's own, of which judge-leaf.ts speaks. */
function issuerOutOfDates([leaf, ...issuers]: readonly X509Certificate[], now: Date): Finding | undefined {
  const isOut = ({ validFromDate, validToDate }: X509Certificate) => now < validFromDate || now > validToDate;
  if (leaf === undefined || isOut(leaf)) return undefined;
  const issuer = issuers.find(isOut);
  if (issuer === undefined) return fail('the CA that it leads to has expired', 'order it again, with a newer chain');
  return fail(
    `of the chain that is sent, the certificate of "${subjectName(issuer)}" has expired, or is not valid yet`,
    'order it again, or take the chain that the CA publishes now',
  );
}

async function accepts(server: TlsServer, greeting: Greeting): Promise<boolean> {
  const handshake = await shakeHands(server, greeting);
  return handshake.done && (handshake.refusal === undefined || ABOUT_DATES.has(handshake.refusal));
}

function localFinding(source: CertificateSettings['source'], localCaPath: string): Finding {
  if (source.kind === 'acme')
    return fail(
      "it is from the gateway's own CA, which stands in until the certificate of the public CA arrives",
      'see what keeps it: sotto cert',
      `${ANDROID}`,
    );
  return warn(
    "it is from the gateway's own CA, so only devices that were told to trust that CA connect",
    `for Apple, Windows and browsers: install ${localCaPath} there`,
    `${ANDROID}: it needs a public DNS name with source = "acme", or "automatic"`,
  );
}

export function issuerName({ issuer }: X509Certificate): string {
  return distinguishedNameText(issuer);
}

function subjectName({ subject }: X509Certificate): string {
  return distinguishedNameText(subject);
}

/** Organization and common name. */
function distinguishedNameText(name: string): string {
  const parts = Object.fromEntries(
    name.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const [organization, commonName] = [parts.O, parts.CN];
  if (commonName === undefined) return organization ?? name.replaceAll('\n', ', ');
  return organization === undefined || organization === commonName ? commonName : `${organization} ${commonName}`;
}
