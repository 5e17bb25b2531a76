// What `sotto doctor` finds beside a gateway with one fault or another, on loopback: each finding with its reason and its remedy.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { endianness } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { doctor } from '../../src/cli/doctor.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { type Surroundings, thisMachine } from '../../src/cli/doctor/surroundings.ts';
import { openControlSocket } from '../../src/control-plane/api/control-socket.ts';
import { issueAuthority, issueLeaf } from '../../src/control-plane/certificates/issue-certificate.ts';
import { buildAnswer } from '../conformance/scripted-answers.ts';
import { makeCertificateChain } from '../fixtures/certificate-chain.ts';
import { commandOutcome } from '../fixtures/command-line.ts';
import { makeCertificate, type TestCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { freePorts } from '../peers/free-ports.ts';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import { answerTo, type ScriptedRequest, startScriptedServer } from '../peers/scripted-doh-server.ts';
import { startUnbound } from '../peers/unbound.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig, type GatewayConfigOptions } from './gateway-config.ts';
import { makeGatewayDirectory, PROGRAM, startGatewayProcess } from './gateway-process.ts';

type Shown = Finding & { readonly examination: string };

interface Outcome {
  readonly exitCode: number;
  readonly findings: readonly Shown[];
}

async function examine(t: TestContext, configPath: string, other: Partial<Surroundings> = {}): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await commandOutcome(t, () =>
    doctor(['--config', configPath, '--json'], { ...thisMachine(), ...other }),
  );
  assert.equal(stderr, '');
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Shown[] };
  assert.equal(exitCode, healthy ? 0 : 1);
  return { exitCode, findings };
}

function find({ findings }: Outcome, examination: string, sentence: RegExp): Shown {
  const found = findings.find((it) => it.examination === examination && sentence.test(it.sentence));
  assert.ok(found !== undefined, `${examination}: ${sentence} is not among:\n${JSON.stringify(findings, null, 1)}`);
  return found;
}

const day = (days: number): Date => new Date(Date.now() + days * 86_400_000);

test('a gateway with faults in its certificates, lists, rules and ports', async (t) => {
  if (!hasCommands(t, 'unbound', 'openssl')) return;
  const publicCertificate = makeCertificate({ names: ['good.example.net'] });
  t.after(() => publicCertificate.remove());
  const expired = makeCertificate({ names: ['expired.example.net'], expired: true });
  t.after(() => expired.remove());
  const directory = makeGatewayDirectory();
  const listPath = join(directory, 'list.txt');
  const listed = [
    '# a list',
    'ads.example.org',
    'connectivitycheck.gstatic.com',
    'captive.apple.com',
    'metric.gstatic.com',
  ];
  writeFileSync(listPath, `${listed.join('\n')}\n`);
  const upstream = await startUnbound({
    elsewhere: ['*.metric.gstatic.com A 198.51.100.7', 'good.example.net A 203.0.113.9'],
  });
  t.after(() => upstream.stop());
  const certificate = (name: string, { certPath, keyPath }: TestCertificate) =>
    `[[certificate]]\nnames = ["${name}"]\nsource = "files"\ncert = "${certPath}"\nkey = "${keyPath}"\n`;
  const config = gatewayConfig({
    directory,
    upstreams: [upstream],
    threads: 1,
    extra: [
      certificate('good.example.net', publicCertificate),
      certificate('expired.example.net', expired),
      certificate('uncovered.example.net', publicCertificate),
      '[[certificate]]\nnames = ["box.lan"]\nsource = "local-ca"\n',
      `[[list]]\nname = "zealous"\nfile = "${listPath}"\nsubdomains = true\n`,
      '[policy]\nrules = ["||time.apple.com^"]',
    ].join('\n'),
  });
  const gateway = await startGatewayProcess({ directory, config });
  t.after(() => gateway.stop());
  const outcome = await examine(t, gateway.configPath, { publicRoots: [publicCertificate.caPem], systemRoots: [] });

  await t.test('is examined as a whole in one go, with exit code 1', () => {
    assert.equal(outcome.exitCode, 1);
    assert.equal(find(outcome, 'gateway', /^runs as process/).verdict, 'ok');
    for (const transport of ['UDP', 'TCP', 'TLS', 'HTTPS'])
      assert.equal(find(outcome, 'ports', new RegExp(`over ${transport} answers at`)).verdict, 'ok');
  });

  await t.test('a certificate without fault is ok', () => {
    assert.equal(find(outcome, 'tls', /^good\.example\.net: from test CA, EC P-256, until/).verdict, 'ok');
  });

  await t.test('an expired certificate fails, with the day and the clock as the other suspect', () => {
    const { verdict, advice } = find(outcome, 'tls', /^expired\.example\.net: it expired on \d{4}-/);
    assert.equal(verdict, 'fail');
    assert.match(advice.join('\n'), /clock/);
  });

  await t.test('a name that the certificate does not have fails, with the names that it has', () => {
    const pattern = /^uncovered\.example\.net: the certificate does not cover this name \(it has good\.example\.net\)/;
    assert.equal(find(outcome, 'tls', pattern).verdict, 'fail');
  });

  await t.test('the local CA is said plainly: Android does not take it', () => {
    const { verdict, advice } = find(outcome, 'tls', /^box\.lan: it is from the gateway's own CA/);
    assert.equal(verdict, 'warn');
    assert.match(advice.join('\n'), /Android's Private DNS takes only CAs that the system came with/);
  });

  await t.test('a list that blocks what Android needs is named, with the line and the rule that helps', () => {
    const { verdict, advice } = find(
      outcome,
      'blocking',
      /^connectivitycheck\.gstatic\.com is blocked: the list "zealous"/,
    );
    assert.equal(verdict, 'fail');
    assert.deepEqual(advice, [
      `${listPath}:3: connectivitycheck.gstatic.com`,
      'allow it in [policy]: rules = ["@@|connectivitycheck.gstatic.com^"]',
    ]);
    assert.equal(find(outcome, 'blocking', /^time\.apple\.com is blocked: a rule/).verdict, 'warn');
  });

  await t.test("Android's probes are exempt from lists, and are not complained about", () => {
    assert.equal(find(outcome, 'android', /check of Private DNS with a host name gets an address/).verdict, 'ok');
    assert.ok(
      !outcome.findings.some(({ examination, sentence }) => examination === 'blocking' && sentence.includes('metric')),
    );
  });

  await t.test('DNS over TLS on another port is said, and no fault of a gateway that no device reaches', () => {
    const pattern = /^DNS over TLS is on port \d+: .* port 853 and no other; no device reaches it anyhow$/;
    assert.equal(find(outcome, 'clients', pattern).verdict, 'skip');
  });

  await t.test('an address that is published and not ours is not judged, but said how to test', () => {
    const { verdict, advice } = find(outcome, 'name', /^good\.example\.net from elsewhere: it leads to 203\.0\.113\.9/);
    assert.equal(verdict, 'unknown');
    assert.match(advice.join('\n'), /forward these ports of the router .*: TCP 853 to \d+, TCP 443 to \d+/);
    assert.match(find(outcome, 'name', /^expired\.example\.net from elsewhere: there is no such name/).verdict, /fail/);
  });

  await t.test('a configuration that has changed since the start is said', async (t) => {
    writeFileSync(gateway.configPath, `# changed\n${readFileSync(gateway.configPath, 'utf8')}`);
    const { verdict } = find(await examine(t, gateway.configPath), 'gateway', /has changed since the gateway started/);
    assert.equal(verdict, 'warn');
  });
});

/** A configuration without a gateway, whose upstream does as a test tells it. */
async function withUpstream(
  t: TestContext,
  certificate: Pick<TestCertificate, 'certPem' | 'keyPem' | 'caPem'>,
  respond: (request: ScriptedRequest) => void,
  {
    hostName = PEER_HOST_NAME,
    extra = '',
    listen = '',
  }: { readonly hostName?: string; readonly extra?: string; readonly listen?: string } = {},
): Promise<string> {
  const server = await startScriptedServer({ ...certificate, respond });
  t.after(() => server.stop());
  const [dns, dot, doh] = await freePorts(3);
  return writeConfig({
    upstreams: [{ hostName, dohPort: server.port, address: '127.0.0.1', caPem: certificate.caPem }],
    listen: `[listen]\ndns = ["127.0.0.1:${dns}"]\ndot = ["127.0.0.1:${dot}"]\ndoh = ["127.0.0.1:${doh}"]\n${listen}`,
    extra,
  });
}

function writeConfig(options: Omit<GatewayConfigOptions, 'directory'>): string {
  const directory = makeGatewayDirectory();
  const path = join(directory, 'config.toml');
  writeFileSync(path, gatewayConfig({ directory, ...options }));
  return path;
}

/** Its dates in days from now. */
function datedCertificate(from: number, to: number): Pick<TestCertificate, 'certPem' | 'keyPem' | 'caPem'> {
  const authority = issueAuthority('test CA', { notBefore: day(-1), notAfter: day(400) });
  const issuer = { commonName: 'test CA', ...keysOf(authority.keyPem) };
  const leaf = issueLeaf([PEER_HOST_NAME], issuer, { notBefore: day(from), notAfter: day(to) });
  return { certPem: leaf.certificatePem, keyPem: leaf.keyPem, caPem: authority.certificatePem };
}

function keysOf(pem: string): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return { privateKey: createPrivateKey(pem), publicKey: createPublicKey(pem) };
}

function textAnswer(query: Uint8Array, text: string): Buffer {
  return buildAnswer(query, { answers: [{ type: 'TXT', name: 'proto.on.quad9.net', ttl: 0, data: text }] });
}

const DNS_MESSAGE = 'application/dns-message';

function datedAnswer(date: Date): (request: ScriptedRequest) => void {
  return ({ reply, query }) =>
    reply({ ':status': 200, 'content-type': DNS_MESSAGE, date: date.toUTCString() }, answerTo(query));
}

describe('the clock', () => {
  for (const [ahead, verdict, says] of [
    [0, 'ok', /^right: dns\.example\.org:\d+ says the same time/],
    [3, 'fail', /^the clock is fast by 3 days, by what dns\.example\.org:\d+ says: certificates may be refused/],
    [-0.05, 'fail', /^the clock is slow by 72 min/],
    [1 / 1440, 'warn', /^the clock is fast by \d\d s/],
  ] as const)
    test(`is ${verdict} where it is ahead of the upstream's by ${(ahead * 24).toFixed(2)} h`, async (t) => {
      const config = await withUpstream(t, datedCertificate(-1, 30), datedAnswer(day(-ahead)));
      assert.equal(find(await examine(t, config), 'clock', says).verdict, verdict);
    });

  test("is slow where the upstream's certificate is of the future, by how much at least; nothing is asked then", async (t) => {
    let asked = 0;
    const config = await withUpstream(t, datedCertificate(40, 90), () => asked++);
    const outcome = await examine(t, config);
    const { verdict, advice } = find(outcome, 'clock', /is not valid before .* it is slow by 40 days at least/);
    assert.equal(verdict, 'fail');
    assert.match(advice.join('\n'), /timedatectl set-ntp true/);
    assert.match(find(outcome, 'upstream', /does not answer: .*not valid yet/).verdict, /fail/);
    assert.equal(asked, 0);
  });

  test('is fast, or the certificate has run out, where it is of the past', async (t) => {
    const config = await withUpstream(t, datedCertificate(-30, -3), datedAnswer(new Date()));
    assert.equal(
      find(await examine(t, config), 'clock', /was valid until .* it is fast by 3 days at least/).verdict,
      'fail',
    );
  });

  test('is unknown where nobody can be asked', async (t) => {
    const [port] = await freePorts(1);
    const { caPem } = datedCertificate(-1, 30);
    const config = writeConfig({
      upstreams: [{ hostName: PEER_HOST_NAME, dohPort: port!, address: '127.0.0.1', caPem }],
    });
    const outcome = await examine(t, config);
    assert.equal(find(outcome, 'clock', /no upstream tells the time \(nothing listens there/).verdict, 'unknown');
    const { verdict, advice } = find(outcome, 'upstream', /does not answer: .*connection refused/);
    assert.equal(verdict, 'fail');
    assert.match(advice.join('\n'), /curl -sv --resolve dns\.example\.org:\d+:127\.0\.0\.1 https:/);
  });
});

describe('what Quad9 says of the protocol', () => {
  for (const [said, verdict] of [
    ['doh', 'ok'],
    ['do53-udp', 'fail'],
  ] as const)
    test(`${said} is ${verdict}`, async (t) => {
      const certificate = makeCertificate({ names: ['dns.quad9.net'] });
      t.after(() => certificate.remove());
      const options = { hostName: 'dns.quad9.net' };
      const config = await withUpstream(
        t,
        certificate,
        ({ answer, query }) => answer(textAnswer(query, said)),
        options,
      );
      const sentence = new RegExp(`^Quad9 says that the questions of this command come to it over "${said}"`);
      assert.equal(find(await examine(t, config), 'quad9', sentence).verdict, verdict);
    });

  for (const [rcode, says] of [
    [2, /is answered with SERVFAIL, so Quad9 says nothing/],
    [3, /is answered with NXDOMAIN here; is it blocked\?$/],
  ] as const)
    test(`is unknown where the answer has the RCODE ${rcode}, and only a missing name is put down to blocking`, async (t) => {
      const certificate = makeCertificate({ names: ['dns.quad9.net'] });
      t.after(() => certificate.remove());
      const respond = ({ answer, query }: ScriptedRequest) => answer(buildAnswer(query, { rcode }));
      const config = await withUpstream(t, certificate, respond, { hostName: 'dns.quad9.net' });
      assert.equal(find(await examine(t, config), 'quad9', says).verdict, 'unknown');
    });
});

test('who reads only the first line still gets the exit code', async (t) => {
  const [port] = await freePorts(1);
  const { caPem } = datedCertificate(-1, 30);
  const config = writeConfig({
    upstreams: [{ hostName: PEER_HOST_NAME, dohPort: port!, address: '127.0.0.1', caPem }],
  });
  const words = [PROGRAM, 'doctor', '--config', config];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill());
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk));
  child.stdout.once('data', () => child.stdout.destroy());
  const [exitCode] = await once(child, 'close');
  assert.equal(errors, '');
  assert.equal(exitCode, 1);
});

test('without a gateway, the configuration is examined, certificates as they would be served', async (t) => {
  const { certPem, keyPem, caPem } = makeCertificate({ names: ['good.example.net'] });
  const directory = makeGatewayDirectory();
  writeFileSync(join(directory, 'cert.pem'), certPem);
  writeFileSync(join(directory, 'key.pem'), keyPem, { mode: 0o600 });
  const extra = `[[certificate]]\nnames = ["good.example.net", "other.example.net"]
source = "files"\ncert = "${directory}/cert.pem"\nkey = "${directory}/key.pem"\n[policy]\nrules = ["||metric.gstatic.com^"]`;
  const config = await withUpstream(t, datedCertificate(-1, 30), datedAnswer(new Date()), { extra });
  const outcome = await examine(t, config, { publicRoots: [caPem], systemRoots: [] });
  const { verdict, advice } = find(outcome, 'gateway', /^no gateway runs with .*config\.toml/);
  assert.equal(verdict, 'fail');
  assert.equal(advice[0], `start it: sotto run --config ${config}`);
  assert.equal(find(outcome, 'tls', /^good\.example\.net: from test CA/).verdict, 'ok');
  assert.equal(find(outcome, 'tls', /^other\.example\.net: the certificate does not cover/).verdict, 'fail');
  assert.equal(find(outcome, 'ports', /^nothing to ask/).verdict, 'skip');
  const blocked = find(outcome, 'blocking', /-dnsotls-ds\.metric\.gstatic\.com is blocked: a rule of the policy/);
  assert.equal(blocked.verdict, 'fail');
  assert.match(blocked.advice[0]!, /config\.toml:\d+: \|\|metric\.gstatic\.com\^/);
});

test('an intermediate that has expired is named, although the certificate itself has not', async (t) => {
  const { rootPem, intermediatePem, leafPem, keyPem } = makeCertificateChain(['good.example.net'], {
    hasExpiredIntermediate: true,
  });
  const { path, remove } = temporaryDirectory('expired-intermediate');
  t.after(remove);
  writeFileSync(join(path, 'chain.pem'), leafPem + intermediatePem);
  writeFileSync(join(path, 'key.pem'), keyPem, { mode: 0o600 });
  const extra = `[[certificate]]\nnames = ["good.example.net"]\nsource = "files"\ncert = "${path}/chain.pem"\nkey = "${path}/key.pem"`;
  const config = await withUpstream(t, datedCertificate(-1, 30), datedAnswer(new Date()), { extra });
  const outcome = await examine(t, config, { publicRoots: [rootPem], systemRoots: [] });
  const pattern = /^good\.example\.net: of the chain that is sent, the certificate of "Test Intermediate" has expired/;
  assert.equal(find(outcome, 'tls', pattern).verdict, 'fail');
});

test('a certificate of a CA that this machine alone knows is a warning: devices do not come with it', async (t) => {
  const { certPath, keyPath, caPem, remove } = makeCertificate({ names: ['good.example.net'] });
  t.after(remove);
  const extra = `[[certificate]]\nnames = ["good.example.net"]\nsource = "files"\ncert = "${certPath}"\nkey = "${keyPath}"`;
  const config = await withUpstream(t, datedCertificate(-1, 30), datedAnswer(new Date()), { extra });
  const other = { publicRoots: [datedCertificate(-1, 30).caPem], systemRoots: [caPem] };
  const { verdict } = find(await examine(t, config, other), 'tls', /its CA "test CA" is known to this machine, but/);
  assert.equal(verdict, 'warn');
});

/** A control socket that answers what it is told, as an older, newer or unhappy gateway would. */
async function fakeGateway(
  t: TestContext,
  routes: Readonly<Record<string, unknown>>,
  tables: { readonly extra?: string; readonly listen?: string } = {},
): Promise<string> {
  const config = await withUpstream(t, datedCertificate(-1, 30), datedAnswer(new Date()), tables);
  const stateDirectory = join(dirname(config), 'state');
  mkdirSync(stateDirectory);
  const answers = Object.entries(routes).map(([path, body]) => [path, () => ({ status: 200, body }) as const] as const);
  const control = await openControlSocket(stateDirectory, Object.fromEntries(answers));
  t.after(() => control.close());
  return config;
}

function statusOf(config: string | null, listening: readonly object[]): object {
  const known = { upstreamReachable: true, listsComplete: true, processId: process.pid, startedAt: Date.now() + 5_000 };
  return { ...known, configFile: config, listening };
}

test('a gateway that speaks another language is a failure, and the rest is still examined', async (t) => {
  const config = await fakeGateway(t, { '/v1/status': { threads: [] } });
  const outcome = await examine(t, config);
  assert.equal(
    find(outcome, 'gateway', /does not say how it is: .*status that this version does not know/).verdict,
    'fail',
  );
  assert.equal(find(outcome, 'clock', /^right/).verdict, 'ok');
});

test('a port where something else than TLS listens is told from one where nothing does', async (t) => {
  const other = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-other\r\n')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const [nobody] = await freePorts(1);
  const config = await fakeGateway(t, {
    '/v1/status': statusOf(null, [
      { kind: 'dot', address: '127.0.0.1', port: (other.address() as AddressInfo).port },
      { kind: 'doh', address: '127.0.0.1', port: nobody },
    ]),
  });
  const outcome = await examine(t, config);
  assert.equal(find(outcome, 'gateway', /has another configuration than this examination/).verdict, 'warn');
  assert.equal(find(outcome, 'ports', /^DNS over TLS at 127.* speaks no TLS/).verdict, 'fail');
  assert.equal(find(outcome, 'ports', /^DNS over HTTPS at 127.* nothing listens there/).verdict, 'fail');
  assert.equal(find(outcome, 'tls', /^DNS over TLS shows no certificate/).verdict, 'skip');
});

test('an address that is no longer of this machine is said to be so, and never asked', async (t) => {
  const listening = ['udp', 'dot'].map((kind) => ({ kind, address: '192.0.2.200', port: 53 }));
  const routes = { '/v1/status': statusOf(null, listening) };
  const config = await fakeGateway(t, routes, { extra: '[access]\nplain = ["192.0.2.0/24"]\nencrypted = ["any"]\n' });
  const outcome = await examine(t, config);
  for (const what of ['plain DNS over UDP', 'DNS over TLS'])
    assert.equal(
      find(outcome, 'ports', new RegExp(`^${what} at 192.*: this is no address of this machine`)).verdict,
      'fail',
    );
  assert.equal(find(outcome, 'android', /^nobody to ask/).verdict, 'skip');
});

test('what keeps a public CA from giving a certificate is said: its last error, and the port that it looks at', async (t) => {
  const acme = (name: string, challenge: string) =>
    `[[certificate]]\nnames = ["${name}"]\nsource = "acme"\nchallenge = "${challenge}"\n`;
  const extra = acme('one.example.net', 'tls-alpn-01') + acme('two.example.net', 'http-01');
  const lastError = { at: Date.UTC(2026, 0, 2, 3, 4), message: 'connection refused by 203.0.113.9:443' };
  const common = { source: 'acme', issuer: 'sotto local CA', notAfter: Date.now() + 1e9 };
  const [doh] = await freePorts(1);
  const routes = {
    '/v1/status': statusOf(null, [{ kind: 'doh', address: '127.0.0.1', port: doh }]),
    '/v1/certificates': {
      certificates: [
        { ...common, names: ['one.example.net'], isStandIn: true, lastError },
        { ...common, names: ['two.example.net'], isStandIn: false, nextRenewal: Date.UTC(2026, 5, 1) },
      ],
    },
  };
  const config = await fakeGateway(t, routes, { extra, listen: 'acme_http = [":80"]' });
  const outcome = await examine(t, config);
  const failed = find(
    outcome,
    'renewal',
    /^one\.example\.net: on 2026-01-02 03:04 UTC this went wrong: connection refused/,
  );
  assert.equal(failed.verdict, 'fail');
  assert.equal(find(outcome, 'renewal', /^two\.example\.net: renewed by itself, next on 2026-06-01/).verdict, 'ok');
  const { verdict, advice } = find(
    outcome,
    'acme',
    /^one\.example\.net: the CA connects to port 443 .* listens on \d+/,
  );
  assert.equal(verdict, 'unknown');
  assert.match(advice.join('\n'), /forward its TCP port 443 to port \d+ of this machine/);
  assert.equal(
    find(outcome, 'acme', /^two\.example\.net: the CA connects to port 80 \(http-01\); whether/).verdict,
    'unknown',
  );
});

test("the system's own stub resolver keeps a gateway from every address of its port, and is named", async (t) => {
  if (endianness() !== 'LE') return t.skip('the table below is that of a little-endian machine');
  const { path: procDirectory, remove } = temporaryDirectory('proc');
  t.after(remove);
  mkdirSync(join(procDirectory, 'net'));
  const row = '0: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000 101 0 11 1 0 100 0 0 10 0';
  writeFileSync(join(procDirectory, 'net', 'tcp'), `heading\n${row}\n`);
  mkdirSync(join(procDirectory, '77', 'fd'), { recursive: true });
  writeFileSync(join(procDirectory, '77', 'comm'), 'systemd-resolve\n');
  symlinkSync('socket:[11]', join(procDirectory, '77', 'fd', '5'));
  const { caPem } = datedCertificate(-1, 30);
  const config = writeConfig({
    upstreams: [{ hostName: PEER_HOST_NAME, dohPort: 9, address: '127.0.0.1', caPem }],
    listen: '[listen]\ndns = [":53"]\ndot = [":853"]\ndoh = [":443"]',
  });
  const outcome = await examine(t, config, { procDirectory, userId: 1000 });
  const { verdict, advice } = find(
    outcome,
    'holders',
    /^systemd-resolve \(process 77\) holds 127\.0\.0\.53:53 \(TCP\), which listen\.dns/,
  );
  assert.equal(verdict, 'fail');
  assert.match(advice[0]!, /DNSStubListener=no/);
  assert.equal(find(outcome, 'firewall', /^the ports 53, 853, 443 are below 1024: this user may not/).verdict, 'warn');
});
