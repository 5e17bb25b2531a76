// Can the ports and names that are configured be entered on devices at all?

import type { Circumstances } from '../circumstances.ts';
import { privateNames, publicNames } from '../client-names.ts';
import { clientPorts, DOH_PORT, DOT_PORT, urlPort } from '../client-ports.ts';
import { servesThisMachineAlone } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { type Finding, ok, skip, warn } from '../finding.ts';

export const clients: Examination = {
  name: 'clients',
  subject: 'what devices can be given',
  async examine(circumstances) {
    const trusted = await circumstances.trustedNames();
    const [tls, https] = [tlsFindings(circumstances, trusted), httpsFindings(circumstances, trusted)];
    return [...reach(circumstances), ...tls, ...https];
  },
};

function reach(circumstances: Circumstances): readonly Finding[] {
  if (circumstances.endpoints.length === 0 || !servesThisMachineAlone(circumstances)) return [];
  return [
    warn(
      'every port is open on loopback addresses alone: this machine can ask, other devices cannot',
      'to serve devices: [listen] dns = [":53"], dot = [":853"], doh = [":443"]',
    ),
  ];
}

function tlsFindings(circumstances: Circumstances, trusted: readonly string[]): readonly Finding[] {
  const { settings } = circumstances;
  if (settings.listen.dot.length === 0)
    return [warn("DNS over TLS is off (listen.dot), and Android's Private DNS knows nothing else", 'dot = [":853"]')];
  const ports = clientPorts(circumstances, 'dot');
  if (ports.length === 0)
    return [
      warn(
        "DNS over TLS is open on loopback addresses alone, and Android's Private DNS knows nothing else",
        'dot = [":853"]',
      ),
    ];
  if (ports.includes(DOT_PORT)) return privateDnsFindings(publicNames(settings), trusted);
  const sentence = `DNS over TLS is on port ${ports.join(', ')}: Android's Private DNS connects to port 853 and no other`;
  if (servesThisMachineAlone(circumstances)) return [skip(`${sentence}; no device reaches it anyhow`)];
  const advice = 'set dot = [":853"], or let the router forward its port 853 to this one; at home that does not help';
  return [warn(sentence, advice)];
}

function privateDnsFindings(names: readonly string[], [trusted]: readonly string[]): readonly Finding[] {
  if (trusted !== undefined) return [ok(`Android: Private DNS provider hostname ${trusted}`)];
  // Of no public name at all, the findings under "name" speak.
  if (names.length === 0) return [];
  return [
    warn(
      `Android: Private DNS refuses every name here, as it trusts the certificate of none (${names.join(', ')})`,
      'see the findings under "tls"; it takes certificates of a public CA (source = "acme")',
    ),
  ];
}

function httpsFindings(circumstances: Circumstances, [trusted]: readonly string[]): readonly Finding[] {
  const { settings } = circumstances;
  if (settings.listen.doh.length === 0)
    return [warn('DNS over HTTPS is off (listen.doh): Windows and browsers know nothing else', 'doh = [":443"]')];
  const port = urlPort(circumstances);
  if (port === undefined)
    return [
      warn(
        'DNS over HTTPS is open on loopback addresses alone: Windows and browsers come to it by a proxy of this machine or not at all',
        'doh = [":443"]',
      ),
    ];
  const [named] = [...publicNames(settings), ...privateNames(settings)];
  const name = trusted ?? named ?? settings.certificates[0]?.names.find((it) => !it.startsWith('*'));
  if (name === undefined) return [skip('the certificate has no name that could stand in a URL')];
  const authority = name.includes(':') ? `[${name}]` : name;
  if (port === DOH_PORT) return [ok(`Apple, Windows and browsers: https://${authority}/dns-query`)];
  return [ok(`Apple, Windows and browsers: https://${authority}:${port}/dns-query, with the port, as it is not 443`)];
}
