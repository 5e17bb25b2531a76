// A file of additional CAs named in the configuration.

import { certificatesInPem, readPemFile } from '../certificates/pem.ts';
import { readFilePath } from './operator-path.ts';
import type { SettingsPath } from './settings-fault.ts';
import type { TableContext } from './table-reader.ts';

export interface CaFile {
  readonly file: string;
  readonly pem: string;
}

/** Undefined where none is written, or after its fault was noted. */
export function readCaFile(written: string | undefined, path: SettingsPath, context: TableContext): CaFile | undefined {
  if (written === undefined) return undefined;
  const file = context.faults.accept(path, readFilePath(written, context.baseDirectory));
  if (file === undefined) return undefined;
  const pem = readPemFile(file);
  const certificates = pem.wrong === undefined ? certificatesInPem(pem.value) : pem;
  if (certificates.wrong !== undefined) context.faults.fault(path, `${file}: ${certificates.wrong}`);
  return pem.value === undefined ? undefined : { file, pem: pem.value };
}
