// The parsers of the formats.

import { AdblockFormat } from './adblock-format.ts';
import { AddressesFormat } from './addresses-format.ts';
import { DnsmasqFormat } from './dnsmasq-format.ts';
import { DomainsFormat } from './domains-format.ts';
import { HostsFormat } from './hosts-format.ts';
import type { ListFormatName } from './format-names.ts';
import type { LineFormat, Reading, RuleSink, SkipSink } from './line-format.ts';
import { RegexFormat } from './regex-format.ts';
import { RpzFormat } from './rpz-format.ts';

const PARSERS: Readonly<
  Record<ListFormatName, new (reading: Reading, sink: RuleSink, onSkipped: SkipSink) => LineFormat>
> = {
  hosts: HostsFormat,
  domains: DomainsFormat,
  wildcard: DomainsFormat,
  dnsmasq: DnsmasqFormat,
  adblock: AdblockFormat,
  rpz: RpzFormat,
  regex: RegexFormat,
  addresses: AddressesFormat,
};

export function makeFormat(name: ListFormatName, reading: Reading, sink: RuleSink, onSkipped: SkipSink): LineFormat {
  return new PARSERS[name](reading, sink, onSkipped);
}
