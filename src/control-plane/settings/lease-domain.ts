// `resolve.lease_domain`: a domain whose names are all of this network, since what has no lease there does not exist.

import { nameToText } from '../../wire/name-text.ts';
import { readLocalName } from './local-name.ts';
import { quote, type Reading } from './settings-fault.ts';

export const LEASE_DOMAIN_FORM = 'a name such as "lan" or "home.example.org"';

/** Below these, everybody has names. Every label of two letters is a country. */
const SHARED = new Set([
  ...[
    'com',
    'net',
    'org',
    'info',
    'biz',
    'edu',
    'gov',
    'mil',
    'int',
    'name',
    'pro',
    'app',
    'dev',
    'cloud',
    'online',
    'site',
  ],
  ...[
    'shop',
    'store',
    'xyz',
    'top',
    'tech',
    'blog',
    'page',
    'zone',
    'network',
    'systems',
    'wiki',
    'live',
    'world',
    'today',
  ],
  ...['arpa', 'in-addr.arpa', 'ip6.arpa', 'resolver.arpa', 'service.arpa', 'localhost', 'invalid', 'onion', 'alt'],
]);
const COUNTRY = /^(?:(?:ac|co|com|edu|go|gov|gv|ne|net|or|org)\.)?[a-z]{2}$/;

/** Lower-case wire name. */
export function readLeaseDomain(text: string): Reading<Uint8Array> {
  const name = readLocalName(text, false);
  if (name === undefined) return { wrong: `${quote(text)} is not a name; allowed: ${LEASE_DOMAIN_FORM}` };
  const domain = nameToText(name);
  if (SHARED.has(domain) || COUNTRY.test(domain))
    return {
      wrong: `${quote(text)} has names that are not of this network, and they would all be gone; allowed: ${LEASE_DOMAIN_FORM}`,
    };
  return { value: name };
}
