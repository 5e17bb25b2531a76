// The network of the guides, in a namespace: the gateway is dns.example.org at 192.0.2.53 and 2001:db8::53, on the standard ports,
// encrypted ones alone, so that every answer is proof; nas.home.example.org is a name that it alone knows, with a web page. Files
// of /etc are the namespace's own. Needs root.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type GatewayProcess, makeGatewayDirectory, startGatewayProcess } from '../e2e/gateway-process.ts';
import { makeNetworkNamespace, type NetworkNamespace } from '../e2e/network-namespace.ts';
import { endProcess, hasEnded } from '../fixtures/end-process.ts';
import { endWithUs } from '../fixtures/end-with-us.ts';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';

export const NAS_ADDRESS = '192.0.2.80';
export const PAGE_TEXT = 'a page that has a name here alone';

const CONFIG = `list = []
[server]
threads = 1
[listen]
dns = []
dot = ["192.0.2.53:853", "[2001:db8::53]:853"]
doh = ["192.0.2.53:443", "[2001:db8::53]:443"]
http = ["192.0.2.53:80"]
[access]
http = ["192.0.2.53"]
encrypted = ["any"]
[[upstream]]
url = "https://upstream.example/dns-query"
addresses = ["127.0.0.1"]
[[certificate]]
names = ["dns.example.org", "*.dns.example.org"]
[[record]]
name = "nas.home.example.org"
type = "A"
value = "${NAS_ADDRESS}"
`;

const PAGE_SERVER = `require('node:http').createServer((request, response) =>
  response.end('<!doctype html><title>nas</title><p>${PAGE_TEXT}</p>')).listen(80, '${NAS_ADDRESS}', () => console.log('up'))`;

export interface GuidedNetwork {
  readonly namespace: NetworkNamespace;
  readonly gateway: GatewayProcess;
  /** Shown inside as /etc/systemd, /etc/chromium and /run. */
  readonly folders: { readonly systemd: string; readonly chromium: string; readonly run: string };
  /** Runs one line as a shell would, with the local CA as local-ca.cert.pem in its folder. */
  shell(line: string): Promise<string>;
  /** A program inside, until the test is over. */
  start(environment: Readonly<Record<string, string>>, ...words: string[]): InsideProcess;
  stop(): Promise<void>;
}

export interface InsideProcess {
  log(): string;
  /** Asks `server` over UDP for the name that the gateway alone knows, until it is answered. Rejects if it never is. */
  answers(server: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startGuidedNetwork(): Promise<GuidedNetwork> {
  const files = temporaryDirectory('guides');
  const folder = (name: string): string => {
    mkdirSync(join(files.path, name));
    return join(files.path, name);
  };
  const file = (name: string, text: string): string => {
    writeFileSync(join(files.path, name), text, { mode: 0o644 });
    return join(files.path, name);
  };
  const trust = folder('certificates');
  const folders = { systemd: folder('systemd'), chromium: folder('chromium'), run: folder('run') };
  const namespace = await makeNetworkNamespace({
    nameserver: '192.0.2.53',
    mounts: {
      '/etc/hosts': file('hosts', '127.0.0.1 localhost\n192.0.2.53 dns.example.org\n'),
      '/etc/ssl/certs': trust,
      '/etc/systemd': folders.systemd,
      '/etc/chromium': folders.chromium,
      '/etc/passwd': file('passwd', `${readFileSync('/etc/passwd', 'utf8')}systemd-resolve:x:991:991::/:/bin/false\n`),
      '/etc/group': file('group', `${readFileSync('/etc/group', 'utf8')}systemd-resolve:x:991:\n`),
      '/run': folders.run,
    },
  });
  await namespace.succeed('ip', 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan1');
  for (const device of ['lan0', 'lan1']) await namespace.succeed('ip', 'link', 'set', device, 'up');
  for (const address of ['192.0.2.53/24', `${NAS_ADDRESS}/24`, '2001:db8::53/64'])
    await namespace.succeed(
      'ip',
      'address',
      'add',
      address,
      'dev',
      'lan0',
      ...(address.includes(':') ? ['nodad'] : []),
    );
  await namespace.succeed('ip', 'route', 'add', 'default', 'via', '192.0.2.1', 'dev', 'lan0');
  const directory = makeGatewayDirectory();
  const gateway = await startGatewayProcess({ directory, config: CONFIG, enter: namespace.enter });
  copyFileSync(gateway.caPath, join(files.path, 'local-ca.cert.pem'));
  // What update-ca-certificates would make of it.
  for (const name of ['ca-certificates.crt', 'sotto-local-ca.pem']) copyFileSync(gateway.caPath, join(trust, name));
  execFileSync('openssl', ['rehash', trust], { stdio: 'pipe' });

  const started: ChildProcess[] = [];
  const start: GuidedNetwork['start'] = (environment, ...words) => {
    const all = [...endWithUs(), ...namespace.enter, ...words];
    const child = spawn(all[0]!, all.slice(1), {
      cwd: files.path,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    let log = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (log += chunk));
    return {
      log: () => log,
      answers: (server) => answers(namespace, child, server, () => log),
      stop: () => endProcess(child, 5_000),
    };
  };
  const web = start({}, process.execPath, '-e', PAGE_SERVER);
  while (!web.log().includes('up')) await wait(20);
  return {
    namespace,
    gateway,
    folders,
    shell: (line) => namespace.succeed('sh', '-c', `cd '${files.path}' && ${line}`),
    start,
    stop: async () => {
      for (const child of started) await endProcess(child, 5_000);
      await gateway.stop();
      await namespace.remove();
      files.remove();
    },
  };
}

async function answers(
  namespace: NetworkNamespace,
  child: ChildProcess,
  server: string,
  log: () => string,
): Promise<void> {
  const giveUpAt = performance.now() + 25_000;
  for (;;) {
    const words = [`@${server}`, '+short', '+timeout=3', '+retry=0', 'nas.home.example.org', 'A'];
    const { output } = await namespace.run('kdig', ...words);
    if (output === `${NAS_ADDRESS}\n`) return;
    if (hasEnded(child)) throw new Error(`it ended at once:\n${log()}`);
    if (performance.now() > giveUpAt) throw new Error(`it does not answer (${output.trim()}):\n${log()}`);
    await wait(100);
  }
}
