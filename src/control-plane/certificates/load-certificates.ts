// The certificates and keys of all configured names, ready for the query threads.

import { hostname } from 'node:os';
import { OperatorError } from '../../errors.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import type { CertificateSource, Settings } from '../settings/settings.ts';
import { readStoredCertificate, storedCertificatePath } from './acme/stored-certificate.ts';
import { makeCertificateDirectory } from './certificate-directory.ts';
import { readCertificateFiles } from './certificate-files.ts';
import { type LocalAuthority, loadLocalAuthority } from './local-authority.ts';
import { loadLocalLeaf } from './local-leaf.ts';

export interface LoadedCertificates {
  /** In the order of the settings; the first is the default. */
  readonly certificates: readonly CertificateSnapshot[];
  /** What was made or renewed and why, what ends soon. */
  readonly notices: readonly string[];
  /** What devices must trust; undefined where no certificate comes from the local CA. */
  readonly localCaPath: string | undefined;
  /** Those of `certificates` that the local CA has signed: the others are renewed elsewhere. */
  readonly fromLocalCa: ReadonlySet<CertificateSnapshot>;
  /** When to load again; undefined where nothing of ours can end. */
  readonly renewAt: Date | undefined;
}

/**
 * Reads what is there, makes and renews what comes from the local CA. Until the first certificate of another CA has arrived, one of
 * the local CA stands in for it. Doubts about the operator's own files (dates, names) are told when the settings are read. Throws
 * OperatorError CERTIFICATE, naming the file and the fault. `kept`: at which places nothing is looked at, and what is served there
 * stays.
 */
export async function loadCertificates(
  settings: CertificateChoice,
  now: Date,
  hostName: string = hostname(),
  kept: readonly (CertificateSnapshot | undefined)[] = [],
): Promise<LoadedCertificates> {
  const directory = settings.certificateDirectory;
  const certificates: CertificateSnapshot[] = [];
  const fromLocalCa = new Set<CertificateSnapshot>();
  const notices: string[] = [];
  const renewals: number[] = [];
  let authority: LocalAuthority | undefined;
  for (const [index, { names, source }] of settings.certificates.entries()) {
    const given = kept[index] ?? loadGiven(directory, names, source, notices);
    if (given !== undefined) {
      certificates.push(given);
      continue;
    }
    if (authority === undefined) {
      makeCertificateDirectory(directory);
      authority = loadLocalAuthority(directory, hostName, now, notices);
      renewals.push(authority.renewAt.getTime());
    }
    const leaf = loadLocalLeaf(directory, names, authority, now, notices);
    certificates.push(leaf.snapshot);
    fromLocalCa.add(leaf.snapshot);
    renewals.push(leaf.renewAt.getTime());
  }
  return {
    certificates,
    notices,
    fromLocalCa,
    localCaPath: authority?.certPath,
    renewAt: renewals.length === 0 ? undefined : new Date(Math.min(...renewals)),
  };
}

/** The settings that matter here. */
export type CertificateChoice = Pick<Settings, 'certificates' | 'certificateDirectory'>;

/** What others than the local CA have signed; undefined where that is none, or none yet. */
function loadGiven(
  directory: string,
  names: readonly string[],
  source: CertificateSource,
  notices: string[],
): CertificateSnapshot | undefined {
  if (source.kind === 'local-ca') return undefined;
  if (source.kind === 'acme') return loadOrdered(directory, names, notices);
  const reading = readCertificateFiles(source.certPath, source.keyPath);
  if (!reading.ok) throw new OperatorError('CERTIFICATE', reading.wrong);
  return { names, keyPem: reading.files.keyPem, chainPem: reading.files.chainPem };
}

/** What a CA gave us, in whatever state: to renew it is another's work. */
function loadOrdered(directory: string, names: readonly string[], notices: string[]): CertificateSnapshot | undefined {
  const reading = readStoredCertificate(storedCertificatePath(directory, names[0]!));
  if (reading.state === 'usable') return { names, keyPem: reading.stored.keyPem, chainPem: reading.stored.chainPem };
  if (reading.state === 'damaged')
    notices.push(`${reading.reason}; a new certificate is ordered, until then the local CA's serves`);
  return undefined;
}
