// Gives what root made in state_dir and certificate_dir to server.user, before root's rights go. Main thread, Linux paths.
//
// A gateway that was taken over could have planted links there to make root give files away. So directories are opened
// without following links and entered through their descriptor, files likewise, and a file with a second name (hard link)
// is left alone.

import { chownSync, closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import type { User } from './look-up-user.ts';
import { isOwnDirectory, listOwnFiles, type OwnFiles } from './own-files.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Linux: names the file without opening it, so that nothing happens to pipes, devices and the locks this process holds. */
const O_PATH = 0o10000000;
const DEPTH_LIMIT = 16;

/** Only files and directories that belong to root change hands. Throws OperatorError USER_CANNOT_ACCESS. */
export function handOverFiles(own: OwnFiles, user: User): void {
  const directory = openSync(own.directory, O_RDONLY | O_DIRECTORY);
  try {
    for (const name of listOwnFiles(own)) handOver(directory, name, user, 1);
    if (isOwnDirectory(own) && fstatSync(directory).uid === 0) chownDescriptor(directory, user);
  } catch (cause) {
    const { message } = cause as Error;
    throw new OperatorError('USER_CANNOT_ACCESS', `cannot give ${own.directory} to ${user.label}: ${message}`, {
      cause,
    });
  } finally {
    closeSync(directory);
  }
}

function handOver(parent: number, name: string, user: User, depth: number): void {
  if (depth > DEPTH_LIMIT) return;
  const entry = openIfThere(join(descriptorPath(parent), name), O_PATH | O_NOFOLLOW);
  if (entry === undefined) return;
  try {
    const found = fstatSync(entry);
    if (found.isDirectory()) handOverInside(entry, user, depth);
    const isOnlyName = found.isDirectory() || (found.isFile() && found.nlink === 1);
    if (isOnlyName && found.uid === 0) chownDescriptor(entry, user);
  } finally {
    closeSync(entry);
  }
}

function handOverInside(directory: number, user: User, depth: number): void {
  for (const name of readdirSync(descriptorPath(directory))) handOver(directory, name, user, depth + 1);
}

function openIfThere(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function chownDescriptor(descriptor: number, { uid, gid }: User): void {
  chownSync(descriptorPath(descriptor), uid, gid);
}

/** A name for an open file that no renaming can lead astray. */
function descriptorPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}
