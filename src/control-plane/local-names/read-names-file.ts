// A file of names as text, bounded, and only if it is an ordinary file.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { whyUnreadable } from './unreadable-file.ts';

/** 200,000 lines of a hosts file are about 8 MB; lease files carry more about each name. */
const FILE_BYTES_MAX = 64e6;

export type FileText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly wrong: string };

/** Never throws. */
export function readNamesFile(path: string, bytesMax = FILE_BYTES_MAX): FileText {
  let descriptor: number | undefined;
  try {
    // A pipe would keep this thread waiting for its writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { ok: false, wrong: 'is not a file' };
    if (stats.size > bytesMax) return { ok: false, wrong: `is larger than ${bytesMax / 1e6} MB` };
    const octets = readWhole(descriptor, stats.size);
    if (octets.includes(0)) return { ok: false, wrong: 'is not a text file' };
    return { ok: true, text: octets.toString('utf8') };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ok: false, wrong: 'is not there' };
    if (code === 'EACCES') return { ok: false, wrong: `cannot be read: ${whyUnreadable(path)}` };
    return { ok: false, wrong: `cannot be read (${code})` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** As much as it had when it was opened: it may be growing. */
function readWhole(descriptor: number, size: number): Buffer {
  const octets = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const read = readSync(descriptor, octets, length, size - length, length);
    if (read === 0) break;
    length += read;
  }
  return octets.subarray(0, length);
}
