// All examinations, in the order in which their findings are shown: each of them rests on those above it.

import type { Examination } from './examination.ts';
import { access } from './examinations/access.ts';
import { android } from './examinations/android.ts';
import { certificates } from './examinations/certificates.ts';
import { challenges } from './examinations/challenges.ts';
import { clients } from './examinations/clients.ts';
import { clock } from './examinations/clock.ts';
import { firewall } from './examinations/firewall.ts';
import { gateway } from './examinations/gateway.ts';
import { holders } from './examinations/holders.ts';
import { ipv6 } from './examinations/ipv6.ts';
import { neededNames } from './examinations/needed-names.ts';
import { outside } from './examinations/outside.ts';
import { ownNames } from './examinations/own-names.ts';
import { ports } from './examinations/ports.ts';
import { reach } from './examinations/reach.ts';
import { renewal } from './examinations/renewal.ts';
import { quad9 } from './examinations/quad9.ts';
import { upstream } from './examinations/upstream.ts';

export const EXAMINATIONS: readonly Examination[] = [
  // Without a gateway, all others look at what would be.
  gateway,
  // Why it could not start, or is not the one that answers.
  holders,
  ports,
  // Wrong, it explains failures of everything that has to do with certificates.
  clock,
  certificates,
  renewal,
  challenges,
  clients,
  upstream,
  quad9,
  // Need ports, certificates and the upstream.
  android,
  neededNames,
  ownNames,
  reach,
  ipv6,
  access,
  firewall,
  // What is left for the one who asks.
  outside,
];
