// Paths in the configuration: relative to the file they stand in; what they must name.

import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { quote, type Reading } from './settings-fault.ts';

export const PATH_FORM = 'a path in quotes, relative to this file or absolute';

/** The absolute path. */
export function readPath(text: string, baseDirectory: string): Reading<string> {
  if (text === '' || text.includes('\0')) return { wrong: `${quote(text)} is not a path; write ${PATH_FORM}` };
  if (text.startsWith('~')) return { wrong: `${quote(text)}: ~ is not expanded; write the whole path` };
  return { value: resolve(baseDirectory, text) };
}

/** The absolute path of a directory, which need not exist yet. */
export function readDirectoryPath(text: string, baseDirectory: string): Reading<string> {
  const path = readPath(text, baseDirectory);
  if (path.value !== undefined && statOf(path.value)?.isDirectory() === false)
    return { wrong: `${path.value} is not a directory; name a directory, it is made where it is missing` };
  return path;
}

/** The absolute path of a file that can be read now. */
export function readFilePath(text: string, baseDirectory: string): Reading<string> {
  const path = readPath(text, baseDirectory);
  if (path.value === undefined) return path;
  try {
    if (statSync(path.value).isDirectory()) return { wrong: `${path.value} is a directory; name a file` };
    accessSync(path.value, constants.R_OK);
    return path;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { wrong: `${path.value} does not exist; name an existing file` };
    return { wrong: `${path.value} cannot be read by this user (${code}); change its mode or owner` };
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
