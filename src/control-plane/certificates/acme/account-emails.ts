// Which addresses an account names to its CA: those of all tables that share it. Each on its own would write over the others'.

import type { AcmeSettings } from '../../settings/acme-settings.ts';
import { directoryUrl, isLetsEncrypt, STAGING_DIRECTORY } from './directory.ts';

/** Of the account that an order for `source` goes by at `directory`, which is another one than its own for a rehearsal. */
export function accountEmails(directory: string, source: AcmeSettings, all: readonly AcmeSettings[]): string[] {
  const url = directoryUrl(directory);
  const isTestEnvironment = url === directoryUrl(STAGING_DIRECTORY);
  const sharing = all.filter(
    (one) =>
      one.externalAccount?.keyId === source.externalAccount?.keyId &&
      (directoryUrl(one.directory) === url || (isTestEnvironment && isLetsEncrypt(one.directory))),
  );
  return [...new Set(sharing.flatMap(({ email }) => email ?? []))].sort();
}
