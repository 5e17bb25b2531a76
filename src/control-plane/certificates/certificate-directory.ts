// certificate_dir: made for its owner alone; files in it are whole or not there.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { writeFileAtomically } from '../state-directory/write-file-atomically.ts';

/** Throws OperatorError CERTIFICATE. A directory that is there keeps its mode. */
export function makeCertificateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const advice = 'name another one with certificate_dir';
    throw new OperatorError(
      'CERTIFICATE',
      `${directory}: the certificate directory cannot be made (${codeOf(cause)}); ${advice}`,
      { cause },
    );
  }
}

/** Throws OperatorError CERTIFICATE; what stood at `path` is then still there. */
export function writeCertificateFile(path: string, text: string, mode: number): void {
  try {
    writeFileAtomically(path, text, mode);
  } catch (cause) {
    const code = codeOf(cause);
    const advice = code === 'ENOSPC' ? 'the disk is full' : `this user must be able to write into ${dirname(path)}`;
    throw new OperatorError('CERTIFICATE', `${path}: cannot be written (${code}); ${advice}`, { cause });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}
