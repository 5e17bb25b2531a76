// What no machine can see from inside its own network, as commands for another one.

import type { Circumstances } from '../circumstances.ts';
import { publicNames } from '../client-names.ts';
import { DOH_PORT, urlPort } from '../client-ports.ts';
import { servesThisMachineAlone } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { type Finding, skip, unknown } from '../finding.ts';

export const outside: Examination = {
  name: 'outside',
  subject: 'what to test from elsewhere',
  isBeyondSight: true,
  examine: findings,
};

async function findings(circumstances: Circumstances): Promise<readonly Finding[]> {
  const { settings } = circumstances;
  const [name] = [...(await circumstances.trustedNames()), ...publicNames(settings)];
  if (name === undefined) return [skip('nothing to test from the mobile network: there is no public name')];
  if (servesThisMachineAlone(circumstances))
    return [skip('nothing to test from the mobile network: the gateway listens on loopback addresses alone')];
  const { dot, doh } = settings.listen;
  const steps = [
    "on a phone: Wi-Fi off; on a computer: in the phone's hotspot, with Wi-Fi off on the phone",
    ...(dot.length > 0 ? dotSteps(name) : []),
    ...(doh.length > 0 ? dohSteps(name, urlPort(circumstances) ?? DOH_PORT) : []),
    'no answer at all: the port is not forwarded by the router, a firewall drops it, or the provider gives no public IPv4 address (CGNAT)',
  ];
  return [
    unknown(
      `whether ${name} can be reached from the mobile network cannot be seen from inside; test it there:`,
      ...steps,
    ),
  ];
}

function dotSteps(name: string): readonly string[] {
  return [
    `kdig @${name} +tls-hostname=${name} +tls-ca example.org`,
    `openssl s_client -connect ${name}:853 -servername ${name} -verify_hostname ${name} -verify_return_error -brief </dev/null`,
  ];
}

function dohSteps(name: string, port: number): readonly string[] {
  const url = `https://${name}${port === 443 ? '' : `:${port}`}/dns-query`;
  return [
    `curl -s -o /dev/null -w '%{http_code}\\n' '${url}?dns=AAABAAABAAAAAAAAB2V4YW1wbGUDb3JnAAABAAE'   (200 is right)`,
    `in the phone's browser: ${url}   (a page with an error but without a warning: the port and the certificate are right)`,
  ];
}
