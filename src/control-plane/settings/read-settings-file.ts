// The configuration file as text: bounded in size, UTF-8.

import { closeSync, openSync, readSync } from 'node:fs';
import { OperatorError } from '../../errors.ts';
import type { Reading } from './settings-fault.ts';

export const SETTINGS_FILE_MAX_BYTES = 10_000_000;

/** Throws OperatorError CONFIG_UNREADABLE. Pipes and devices are read too, up to the limit. */
export function readSettingsFile(path: string): Reading<string> {
  const bytes = readUpTo(path, SETTINGS_FILE_MAX_BYTES + 1);
  if (bytes.length > SETTINGS_FILE_MAX_BYTES)
    return { wrong: 'the file is larger than 10MB; long sets of rules belong into a [[list]] with file = "…"' };
  try {
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { wrong: 'the file is not UTF-8 text; save it with the encoding UTF-8' };
  }
}

function readUpTo(path: string, limitBytes: number): Uint8Array {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      while (total < limitBytes) {
        const chunk = Buffer.alloc(Math.min(65_536, limitBytes - total));
        const count = readSync(descriptor, chunk);
        if (count === 0) break;
        chunks.push(chunk.subarray(0, count));
        total += count;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw new OperatorError('CONFIG_UNREADABLE', `${path}: the configuration file cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
  if (code === 'EISDIR') return 'it is a directory';
  return (error as Error).message;
}
