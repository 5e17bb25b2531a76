// Can the ports and names that are configured be entered on devices at all?

import type { Circumstances } from '../circumstances.ts';
import { publicNames } from '../client-names.ts';
import { type Endpoint, servesThisMachineAlone } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { type Finding, ok, skip, warn } from '../finding.ts';

const DOT_PORT = 853;
const DOH_PORT = 443;

export const clients: Examination = {
  name: 'clients',
  subject: 'what devices can be given',
  examine: (circumstances) =>
    Promise.resolve([...reach(circumstances), ...tlsFindings(circumstances), ...httpsFindings(circumstances)]),
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

function tlsFindings(circumstances: Circumstances): readonly Finding[] {
  const { settings } = circumstances;
  if (settings.listen.dot.length === 0)
    return [warn("DNS over TLS is off (listen.dot), and Android's Private DNS knows nothing else", 'dot = [":853"]')];
  const ports = portsOf(circumstances, 'dot');
  const [name] = publicNames(settings);
  if (ports.includes(DOT_PORT)) {
    if (name === undefined) return [];
    return [ok(`Android: Private DNS provider hostname ${name}`)];
  }
  const sentence = `DNS over TLS is on port ${ports.join(', ')}: Android's Private DNS connects to port 853 and no other`;
  if (servesThisMachineAlone(circumstances)) return [skip(`${sentence}; no device reaches it anyhow`)];
  const advice = 'set dot = [":853"], or let the router forward its port 853 to this one; at home that does not help';
  return [warn(sentence, advice)];
}

function httpsFindings(circumstances: Circumstances): readonly Finding[] {
  const { settings } = circumstances;
  if (settings.listen.doh.length === 0)
    return [warn('DNS over HTTPS is off (listen.doh): Windows and browsers know nothing else', 'doh = [":443"]')];
  const ports = portsOf(circumstances, 'doh');
  const name = publicNames(settings)[0] ?? settings.certificates[0]?.names.find((it) => !it.startsWith('*'));
  if (name === undefined) return [skip('the certificate has no name that could stand in a URL')];
  const authority = name.includes(':') ? `[${name}]` : name;
  if (ports.includes(DOH_PORT)) return [ok(`Apple, Windows and browsers: https://${authority}/dns-query`)];
  return [
    ok(`Apple, Windows and browsers: https://${authority}:${ports[0]}/dns-query, with the port, as it is not 443`),
  ];
}

function portsOf({ endpoints, settings }: Circumstances, kind: 'dot' | 'doh'): readonly number[] {
  const ofEndpoints = endpoints.filter((it: Endpoint) => it.kind === kind).map(({ port }) => port);
  return [...new Set(ofEndpoints.length > 0 ? ofEndpoints : settings.listen[kind].map(({ port }) => port))];
}
