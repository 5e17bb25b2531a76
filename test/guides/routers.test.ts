// The last rules of docs/clients/routers.md as nftables does what OpenWrt makes of them, in a network of namespaces: a device, a
// router and, in the same network, the gateway (dnsmasq in its place).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { layCable, makeNetworkNamespace, NAMESPACE_COMMANDS, type NetworkNamespace } from '../e2e/network-namespace.ts';
import { endProcess } from '../fixtures/end-process.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { guideCommands } from './guide-text.ts';

const ELSEWHERE = '198.51.100.8';
const ANSWER = '192.0.2.80';
const ASK = ['dig', `@${ELSEWHERE}`, '+short', '+tries=1', '+time=2', 'nas.example'] as const;

/** What `uci set firewall.@KIND[-1].KEY='VALUE'` sets. */
function settingsOf(kind: 'redirect' | 'nat'): Readonly<Record<string, string>> {
  const pattern = new RegExp(`^uci set firewall\\.@${kind}\\[-1\\]\\.(\\w+)='(.*)'$`);
  const lines = guideCommands('routers.md', '## Everybody asks').map((line) => pattern.exec(line));
  return Object.fromEntries(lines.flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!]])));
}

test('a device that asks a resolver of its own is answered by the gateway beside it', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...NAMESPACE_COMMANDS, 'nft', 'dig', 'dnsmasq')) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const namespace = async (): Promise<NetworkNamespace> => {
    const made = await makeNetworkNamespace();
    endings.defer(() => made.remove());
    return made;
  };
  const [device, router, gateway, lan] = [await namespace(), await namespace(), await namespace(), await namespace()];
  const redirect = settingsOf('redirect');
  const nat = settingsOf('nat');
  await lan.succeed('ip', 'link', 'add', 'bridge', 'type', 'bridge');
  await lan.succeed('ip', 'link', 'set', 'bridge', 'up');
  for (const [plugged, port, address] of [
    [device, 'one', '192.0.2.20'],
    [gateway, 'two', redirect.dest_ip],
    [router, 'three', nat.snat_ip],
  ] as const) {
    const end = { namespace: plugged, device: 'eth0', addresses: [`${address}/24`] };
    await layCable(end, { namespace: lan, device: port, addresses: [] });
    await lan.succeed('ip', 'link', 'set', port, 'master', 'bridge');
  }
  const routing = ['ip_forward=1', 'conf.all.send_redirects=0', 'conf.eth0.send_redirects=0'].map((setting) => {
    const [key, value] = setting.split('=');
    return `echo ${value} > /proc/sys/net/ipv4/${key!.replaceAll('.', '/')}`;
  });
  await router.succeed('sh', '-c', routing.join('; '));
  await device.succeed('ip', 'route', 'add', 'default', 'via', nat.snat_ip!);
  const [command, ...words] = [
    ...gateway.enter,
    'dnsmasq',
    '-k',
    '-C',
    '/dev/null',
    '-R',
    '-h',
    '-u',
    'root',
    '-x',
    '',
  ];
  const resolver = spawn(command!, [...words, `--address=/nas.example/${ANSWER}`], { stdio: 'ignore' });
  endings.defer(() => endProcess(resolver, 5_000));
  const direct = ['dig', `@${redirect.dest_ip}`, '+short', '+tries=10', '+time=1', 'nas.example'] as const;
  assert.equal((await device.run(...direct)).output.trim(), ANSWER);

  const nft = (rules: string) => router.succeed('nft', rules);
  const but = (source: string) => `ip saddr != ${source.replace('!', '')}`;
  await nft('add table ip guide; add chain ip guide before { type nat hook prerouting priority -100; }');
  await nft(
    `add rule ip guide before iifname eth0 ${but(redirect.src_ip!)} udp dport ${redirect.src_dport} dnat to ${redirect.dest_ip}`,
  );
  assert.notEqual((await device.run(...ASK)).output.trim(), ANSWER, 'the first rule alone is not enough');
  await nft('add chain ip guide after { type nat hook postrouting priority 100; }');
  await nft(
    `add rule ip guide after oifname eth0 ${but(nat.src_ip!)} ip daddr ${nat.dest_ip} udp dport ${nat.dest_port} snat to ${nat.snat_ip}`,
  );
  assert.equal((await device.run(...ASK)).output.trim(), ANSWER);
});
