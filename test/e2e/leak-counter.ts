// Counts what leaves a namespace in the clear or by the ports of other DNS transports: nftables, on every interface but lo.

import type { NetworkNamespace } from './network-namespace.ts';

/** DNS, DNS over TLS and QUIC, multicast DNS, LLMNR. */
export const WATCHED_PORTS = [53, 853, 5353, 5355] as const;

const RULES = `table inet leak {
  counter plaintext { }
  chain out {
    type filter hook output priority 0; policy accept;
    oifname != "lo" meta l4proto { tcp, udp } th dport { ${WATCHED_PORTS.join(', ')} } counter name plaintext
  }
}`;

export interface LeakCounter {
  /** Packets so far. */
  read(): Promise<number>;
}

export async function installLeakCounter(namespace: NetworkNamespace): Promise<LeakCounter> {
  await namespace.succeed('nft', RULES);
  return {
    async read() {
      const text = await namespace.succeed('nft', '--json', 'list', 'counter', 'inet', 'leak', 'plaintext');
      const { nftables } = JSON.parse(text) as { nftables: { counter?: { packets: number } }[] };
      return nftables.find(({ counter }) => counter !== undefined)!.counter!.packets;
    },
  };
}
