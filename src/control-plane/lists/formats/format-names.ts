// The formats by the names that `format` of a [[list]] has for them.

export const LIST_FORMATS = [
  'hosts',
  'domains',
  'wildcard',
  'dnsmasq',
  'adblock',
  'rpz',
  'regex',
  'addresses',
] as const;
export type ListFormatName = (typeof LIST_FORMATS)[number];
