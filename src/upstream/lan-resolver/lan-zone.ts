// A zone of the local network and who is asked for the names in it, as the settings give it to every thread.

import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';

export interface LanZone {
  /** Lower-case wire name: it and everything below it. */
  readonly name: Uint8Array;
  /** The same for people. */
  readonly text: string;
  /** What the operator wrote: the name, or the network whose addresses are named in it. */
  readonly written: string;
  /** At least one; private addresses or this machine's own. */
  readonly resolvers: readonly DatagramPeer[];
  /** The addresses (16 octets) of those on other machines: whoever asks from there is the resolver itself, or a client behind it. */
  readonly resolversElsewhere: readonly Uint8Array[];
}
