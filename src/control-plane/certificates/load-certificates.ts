// The certificates and keys of all configured names, ready for the query threads.

import { hostname } from 'node:os';
import { OperatorError } from '../../errors.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import type { Settings } from '../settings/settings.ts';
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
  /** When to load again; undefined where nothing of ours can end. */
  readonly renewAt: Date | undefined;
}

/**
 * Reads what is there, makes and renews what comes from the local CA. Until ACME is supported, its certificates come from
 * there too. Doubts about the operator's own files (dates, names) are told when the settings are read. Throws
 * OperatorError CERTIFICATE, naming the file and the fault; with `serving`, what is served now, own files that have become
 * faulty leave their old certificate in place.
 */
export async function loadCertificates(
  settings: CertificateChoice,
  now: Date,
  hostName: string = hostname(),
  serving: readonly CertificateSnapshot[] = [],
): Promise<LoadedCertificates> {
  const directory = settings.certificateDirectory;
  const certificates: CertificateSnapshot[] = [];
  const notices: string[] = [];
  const renewals: number[] = [];
  let authority: LocalAuthority | undefined;
  for (const [index, { names, source }] of settings.certificates.entries()) {
    if (source.kind === 'files') {
      certificates.push(loadFiles(names, source.certPath, source.keyPath, serving[index], notices));
      continue;
    }
    if (authority === undefined) {
      makeCertificateDirectory(directory);
      authority = loadLocalAuthority(directory, hostName, now, notices);
      renewals.push(authority.renewAt.getTime());
    }
    const leaf = loadLocalLeaf(directory, names, authority, now, notices);
    certificates.push(leaf.snapshot);
    renewals.push(leaf.renewAt.getTime());
  }
  return {
    certificates,
    notices,
    localCaPath: authority?.certPath,
    renewAt: renewals.length === 0 ? undefined : new Date(Math.min(...renewals)),
  };
}

/** The settings that matter here. */
export type CertificateChoice = Pick<Settings, 'certificates' | 'certificateDirectory'>;

function loadFiles(
  names: readonly string[],
  certPath: string,
  keyPath: string,
  serving: CertificateSnapshot | undefined,
  notices: string[],
): CertificateSnapshot {
  const reading = readCertificateFiles(certPath, keyPath);
  if (reading.ok) return { names, keyPem: reading.files.keyPem, chainPem: reading.files.chainPem };
  if (serving === undefined) throw new OperatorError('CERTIFICATE', reading.wrong);
  notices.push(`${reading.wrong}; the old certificate stays in use`);
  return serving;
}
