// Programs that often hold the ports a resolver wants, and how to make them let go.

import type { SocketOwner } from './listening-sockets.ts';

const PORT_HOLDERS: Readonly<Record<string, string>> = {
  'systemd-resolve':
    'set DNSStubListener=no in /etc/systemd/resolved.conf, then: systemctl restart systemd-resolved (and see where /etc/resolv.conf points)',
  dnsmasq:
    'switch its DNS off with port=0 in /etc/dnsmasq.conf (DHCP goes on), or stop it: systemctl disable --now dnsmasq',
  named: 'stop it with: systemctl disable --now named, or give it another port (listen-on port)',
  unbound: 'stop it with: systemctl disable --now unbound, or give it another port (port: in unbound.conf)',
  'pihole-FTL': 'give it another port (dns.port in pihole.toml), or stop it: systemctl disable --now pihole-FTL',
  AdGuardHome: 'give it another port in its settings, or stop it: systemctl disable --now AdGuardHome',
  kresd: 'stop it with: systemctl disable --now kresd@1, or give it another port',
  connmand: 'start it with --nodnsproxy',
  'docker-proxy': 'a container publishes this port: see docker ps',
  nginx: 'a web server: give sotto another port (listen.doh), or the web server',
  apache2: 'a web server: give sotto another port (listen.doh), or the web server',
  caddy: 'a web server: give sotto another port (listen.doh), or the web server',
  haproxy: 'a proxy: give sotto another port, or the proxy',
  stubby: 'stop it with: systemctl disable --now stubby, or give it another port',
};

/** `name`: as /proc has it. */
export function howToFree({ name, processId }: SocketOwner): string {
  if (/^sotto(?:\.js)?$/.test(name))
    return `another sotto: examine it with its own configuration, which "ps -o args= -p ${processId}" shows, or stop it`;
  if (Object.hasOwn(PORT_HOLDERS, name)) return PORT_HOLDERS[name]!;
  return 'stop that program, or give it or sotto another port';
}
