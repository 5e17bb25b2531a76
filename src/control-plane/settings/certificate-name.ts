// A name or address a certificate can stand for.

import { asciiFromInternational } from '../../wire/international-name.ts';
import { canonicalAddress } from './canonical-address.ts';
import { quote, type Reading } from './settings-fault.ts';

export const CERTIFICATE_NAME_FORM = '"dns.example.org", "*.example.org" or "192.0.2.53"';

/** Letters, digits and inner hyphens (RFC 1034 section 3.5). */
const LABEL_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NAME_MAX_CHARACTERS = 253;

/** Lower-cased name, or canonical address. */
export function readCertificateName(text: string): Reading<string> {
  const address = canonicalAddress(text);
  if (address !== undefined) {
    if (address.includes('%'))
      return { wrong: `${quote(text)}: a certificate cannot name a zone; leave out the part from % on` };
    return { value: address };
  }
  const name = text.toLowerCase();
  const labels = (name.startsWith('*.') ? name.slice(2) : name).split('.');
  if (name.length > NAME_MAX_CHARACTERS || !labels.every((label) => LABEL_PATTERN.test(label)))
    return { wrong: whyNoName(text) };
  if (/^\d+$/.test(labels.at(-1)!))
    return { wrong: `${quote(text)} is neither an address nor a name: no name ends in a number` };
  return { value: name };
}

export function isWildcardName(name: string): boolean {
  return name.startsWith('*.');
}

function whyNoName(text: string): string {
  const begin = `${quote(text)} is neither a host name nor an address`;
  if (/^[a-z]+:\/\//i.test(text)) return `${begin}; write the name alone`;
  if (text.endsWith('.')) return `${begin}; leave out the dot at the end`;
  const ascii = asciiFromInternational(text);
  if (ascii !== undefined && ascii !== text) return `${begin}; write it as ${quote(ascii)}`;
  return `${begin}; allowed: ${CERTIFICATE_NAME_FORM}`;
}
