// A secret in the configuration: written there, or in a file of its own.

import { readFileSync, statSync } from 'node:fs';
import { readFilePath } from './operator-path.ts';
import type { SettingsPath } from './settings-fault.ts';
import type { TableContext } from './table-reader.ts';

const SECRET_FILE_BYTES_MAX = 10_000;

/**
 * The secret of `key` in a table, or the first line of the file that `key`_file names; undefined where neither is written, or after
 * a fault was noted.
 */
export function readSecret(
  table: Readonly<Record<string, unknown>>,
  key: string,
  path: SettingsPath,
  context: TableContext,
): string | undefined {
  const { faults } = context;
  const written = table[key];
  const fileKey = `${key}_file`;
  const file = table[fileKey];
  if (written !== undefined && file !== undefined)
    faults.fault([...path, fileKey], `stands beside ${key}; write one of the two`);
  if (typeof written === 'string') {
    if (written.trim() === '') faults.fault([...path, key], 'is empty');
    else if (hasControls(written.trim())) faults.fault([...path, key], 'holds a control character');
    return written.trim();
  }
  if (typeof file !== 'string') return undefined;
  const place = [...path, fileKey];
  const name = faults.accept(place, readFilePath(file, context.baseDirectory));
  if (name === undefined) return undefined;
  const { size, mode } = statSync(name);
  if (size > SECRET_FILE_BYTES_MAX) {
    faults.fault(place, `${name} is too large for a secret`);
    return undefined;
  }
  if (context.platform !== 'win32' && (mode & 0o077) !== 0)
    faults.notice(place, `${name}: others than its owner can read it; set its mode to 0600`);
  const secret = (readFileSync(name, 'utf8').split(/\r?\n/)[0] ?? '').trim();
  if (secret === '') faults.fault(place, `${name}: its first line is empty; the secret belongs there`);
  else if (hasControls(secret)) faults.fault(place, `${name}: its first line holds a control character`);
  return secret === '' ? undefined : secret;
}

/** No service gives one out, and header fields of HTTP cannot carry it. */
function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
