// Which profile of the CA an order names: the operator's, or the one that addresses need.

import { isIP } from 'node:net';
import { AcmeFailure } from './acme-failure.ts';
import { type Directory, isLetsEncrypt } from './directory.ts';

/** Let's Encrypt gives certificates for addresses in this profile only. */
const PROFILE_FOR_ADDRESSES = 'shortlived';

/** `wanted`: of the settings. Undefined: the CA chooses. Throws an AcmeFailure for a profile that the CA does not have. */
export function chooseProfile(
  wanted: string | undefined,
  names: readonly string[],
  directory: Pick<Directory, 'url' | 'profiles'>,
): string | undefined {
  const offered = directory.profiles ?? [];
  if (wanted !== undefined) {
    if (offered.includes(wanted)) return wanted;
    const list = offered.length === 0 ? 'it has none' : `it has: ${offered.join(', ')}`;
    throw new AcmeFailure('refused', `the CA has no profile "${wanted}"; ${list}`);
  }
  const hasAddress = names.some((name) => isIP(name) !== 0);
  if (!hasAddress || !isLetsEncrypt(directory.url) || !offered.includes(PROFILE_FOR_ADDRESSES)) return undefined;
  return PROFILE_FOR_ADDRESSES;
}
