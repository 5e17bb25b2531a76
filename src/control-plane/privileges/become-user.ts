// Steps down from root to `server.user`, once the ports are open: first makes sure that this user can do the work.

import { existsSync } from 'node:fs';
import { OperatorError } from '../../errors.ts';
import type { ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import type { Logger } from '../observability/log.ts';
import type { Settings } from '../settings/settings.ts';
import type { AccessNeeds } from './access-faults.ts';
import { checkUserAccess } from './check-user-access.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { handOverFiles } from './hand-over-files.ts';
import { refuseLosingPorts } from './kept-ports.ts';
import { lookUpUser, type User } from './look-up-user.ts';
import { listOwnFiles, type OwnFiles, ownCertificateFiles, ownStateFiles } from './own-files.ts';
import { programFiles } from './program-files.ts';

/** Rejects with an OperatorError; nothing but the owners of our own files has changed then. */
export async function becomeUser(
  settings: Pick<Settings, 'server' | 'stateDirectory' | 'certificateDirectory' | 'certificates' | 'lists'>,
  sockets: ListeningSocketSet,
  log: Logger,
): Promise<void> {
  if (settings.server.user === undefined) return;
  const user = lookUpUser(settings.server.user);
  if (isAlready(user)) return;
  const directories = [
    ownStateFiles(settings.stateDirectory),
    ownCertificateFiles(settings.certificateDirectory),
  ].filter(({ directory }) => existsSync(directory));
  refuseLosingPorts(user, sockets);
  for (const directory of directories) handOverFiles(directory, user);
  checkUserAccess(user, accessNeeds(settings, directories));
  dropPrivileges(user);
  log.info({ user: user.label }, 'root privileges given up');
}

/** Throws OperatorError USER_NOT_PERMITTED where this process can neither stay nor become that user. */
function isAlready({ label, uid }: User): boolean {
  const current = process.geteuid?.();
  if (process.platform !== 'linux' || current === undefined) {
    throw new OperatorError('USER_NOT_PERMITTED', 'server.user works on Linux only; leave it out here');
  }
  if (current === uid && current !== 0) return true;
  if (uid === 0) {
    throw new OperatorError('USER_NOT_PERMITTED', `server.user: ${label} is root; name a user with fewer rights`);
  }
  if (current !== 0) {
    throw new OperatorError(
      'USER_NOT_PERMITTED',
      `server.user: only root can become ${label}; start as root, start as ${label}, or leave server.user out`,
    );
  }
  return false;
}

function accessNeeds(
  { certificates, lists }: Pick<Settings, 'certificates' | 'lists'>,
  directories: readonly OwnFiles[],
): AccessNeeds {
  const program = programFiles();
  const certificateFiles = certificates.flatMap(({ source }) =>
    source.kind === 'files' ? [source.certPath, source.keyPath] : [],
  );
  const directoryFiles = certificates.flatMap(({ source }) =>
    source.kind === 'acme' && source.directoryCaPath !== undefined ? [source.directoryCaPath] : [],
  );
  const programs = certificates.flatMap(({ source }) =>
    source.kind === 'acme' && source.dns?.provider.kind === 'hook' ? [source.dns.provider.path] : [],
  );
  // A list file that is missing for everybody is the lists' own error.
  const listFiles = lists.flatMap(({ source }) =>
    source.kind === 'file' && existsSync(source.path) ? [source.path] : [],
  );
  return {
    readableTrees: program.trees,
    readableFiles: [...program.files, ...certificateFiles, ...directoryFiles, ...listFiles],
    programs,
    writableDirectories: directories.map((own) => ({ directory: own.directory, own: listOwnFiles(own) })),
  };
}
