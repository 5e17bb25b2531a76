// Each table by example: what a valid one becomes, and faults and notices that the golden listing does not show.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { makeCertificate } from '../../../../test/fixtures/make-certificate.ts';
import { AccessList, parseAccessEntry } from '../../../policy/access-list.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { readSettings, type SettingsEnvironment } from '../load-settings.ts';

const certificate = makeCertificate({ names: ['dns.example.org', '192.0.2.53'] });
const directory = mkdtempSync(join(tmpdir(), 'sotto-tables-'));
after(() => {
  certificate.remove();
  rmSync(directory, { recursive: true });
});
writeFileSync(join(directory, 'list.txt'), 'ads.example\n');
for (const file of ['ca.pem', 'cert.pem', 'chain.pem', 'key.pem'])
  copyFileSync(join(certificate.directory, file), join(directory, file));

const ENVIRONMENT: SettingsEnvironment = {
  workingDirectory: directory,
  cores: 4,
  hostName: 'gateway',
  platform: 'linux',
  localAddresses: ['192.0.2.53', '2001:0db8::0035'],
};

function read(toml: string, environment: SettingsEnvironment = ENVIRONMENT) {
  return readSettings(toml, join(directory, 'config.toml'), environment);
}

function valid(toml: string, environment?: SettingsEnvironment) {
  const result = read(toml, environment);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

/** Asserts one fault: its line, its key, and words it must hold. */
function fault(toml: string, line: number, key: string, words: string): void {
  const result = read(toml);
  assert.ok(!result.ok, 'no fault was found');
  assert.deepEqual(
    result.faults.map((found) => [found.line, found.key]),
    [[line, key]],
    JSON.stringify(result.faults),
  );
  assert.ok(result.faults[0]!.message.includes(words), result.faults[0]!.message);
}

function notice(toml: string, key: string, words: string, environment?: SettingsEnvironment): void {
  const { notices } = valid(toml, environment);
  assert.deepEqual(
    notices.map((found) => found.key),
    [key],
    JSON.stringify(notices),
  );
  assert.ok(notices[0]!.message.includes(words), notices[0]!.message);
}

describe('[server]', () => {
  test('one thread on a system that cannot share ports, said in one line', () => {
    const darwin = { ...ENVIRONMENT, platform: 'darwin' } as const;
    notice('', 'server.threads', 'one thread: this system (darwin)', darwin);
    assert.equal(valid('', darwin).settings.server.threads, 1);
    assert.deepEqual(valid('[server]\nthreads = 1', darwin).notices, []);
  });

  test('a user is kept as written', () => {
    assert.equal(valid('[server]\nuser = "sotto"').settings.server.user, 'sotto');
    fault('[server]\nuser = "so tto"', 2, 'server.user', 'is not a user name');
  });

  test('E14 cookies are answered unless they are to be required or left alone', () => {
    assert.equal(valid('').settings.server.cookies, 'answer');
    for (const mode of ['answer', 'require', 'off'])
      assert.equal(valid(`[server]\ncookies = "${mode}"`).settings.server.cookies, mode);
    const allowed = 'allowed: "answer", "require", "off"';
    fault('[server]\ncookies = "maybe"', 2, 'server.cookies', allowed);
    fault('[server]\ncookies = true', 2, 'server.cookies', allowed);
  });
});

describe('[listen]', () => {
  test('[] switches a listener off', () => {
    assert.deepEqual(valid('[listen]\ndoh = []').settings.listen.doh, []);
  });

  test('a port is taken across listeners, also by a built-in address', () => {
    const twice = '[listen]\ndns = ["192.0.2.53:853"]\ndot = [":853"]';
    fault(twice, 3, 'listen.dot[0]', 'is taken by listen.dns[0] ("192.0.2.53:853")');
    const builtIn = '[listen]\ndns = ["127.0.0.1:8853"]';
    fault(builtIn, 2, 'listen.dns[0]', 'is taken by the built-in 127.0.0.1:8853 of listen.dot');
    fault('[listen]\ndns = ["[::1]:53", "[0::1]:53"]', 2, 'listen.dns[1]', 'is taken by listen.dns[0]');
  });

  test('one address may serve different ports, and different addresses one port', () => {
    valid('[listen]\ndns = ["192.0.2.1:53", "192.0.2.2:53", "[2001:db8::1]:53"]\ndot = ["192.0.2.1:853"]');
    valid('[listen]\ndns = ["127.0.0.1:0", "127.0.0.1:0"]\ndot = ["127.0.0.1:0"]');
  });

  test('challenges over HTTP are off where nothing is written', () => {
    assert.deepEqual(valid('').settings.listen.acmeHttp, []);
    const { settings, notices } = valid('[listen]\nacme_http = ["192.0.2.1:80"]');
    assert.deepEqual(settings.listen.acmeHttp, [{ address: '192.0.2.1', port: 80, optional: false }]);
    assert.deepEqual(notices, []);
  });

  test('the built-in address of http gives way, one that is written does not', () => {
    assert.deepEqual(valid('[listen]\ndns = ["127.0.0.1:8053"]').notices, []);
    const both = '[listen]\ndot = ["127.0.0.1:8053"]\nhttp = ["127.0.0.1:8053"]';
    fault(both, 3, 'listen.http[0]', 'is taken by listen.dot[0]');
    assert.deepEqual(valid('').settings.listen.http, [{ address: '127.0.0.1', port: 8053, optional: true }]);
  });
});

describe('[access]', () => {
  test('the ranges written are those permitted', () => {
    const { access } = valid('[access]\nplain = ["192.0.2.0/24"]\nencrypted = ["any"]').settings;
    const permits = (ranges: typeof access.plain, address: string) => {
      const octets = new Uint8Array(16);
      parseAddress(address, octets);
      return new AccessList(ranges).permits(octets);
    };
    assert.equal(permits(access.plain, '192.0.2.7'), true);
    assert.equal(permits(access.plain, '127.0.0.1'), false);
    assert.equal(permits(access.encrypted, '203.0.113.1'), true);
    assert.equal(permits(access.http, '192.168.1.2'), true, 'the set-up page is for private addresses');
    assert.equal(permits(access.http, '203.0.113.1'), false);
    assert.equal(permits(valid('[access]\nhttp = ["loopback"]').settings.access.http, '192.168.1.2'), false);
  });

  test('the names of this network are for loopback and private addresses unless somebody else is named', () => {
    const { access } = valid('[access]\nencrypted = ["any"]').settings;
    assert.deepEqual(access.localNames, [...parseAccessEntry('loopback'), ...parseAccessEntry('private')]);
    const { access: named } = valid('[access]\nlocal_names = ["2001:db8:1::/64"]').settings;
    assert.deepEqual(named.localNames, parseAccessEntry('2001:db8:1::/64'));
    notice('[access]\nlocal_names = ["any"]', 'access.local_names', 'everybody who may ask');
    fault('[access]\nlocal_names = ["lan"]', 2, 'access.local_names[0]', 'not an address');
  });

  test('an open resolver over UDP is warned about, an open encrypted one is not', () => {
    notice('[access]\nplain = ["any"]', 'access.plain', 'open resolver');
    assert.deepEqual(valid('[access]\nencrypted = ["any"]').notices, []);
  });
});

describe('[[upstream]]', () => {
  const own = (keys: string) => `[[upstream]]\n${keys}`;

  test('a server of one’s own: name, URL, addresses, and no limit', () => {
    const { upstreams } = valid(
      own('url = "https://dns.example.org:8443/q"\naddresses = ["2001:DB8:0::1", "192.0.2.1"]\nca = "ca.pem"'),
    ).settings;
    assert.deepEqual(upstreams, [
      {
        name: 'dns.example.org:8443',
        url: 'https://dns.example.org:8443/q',
        addresses: ['2001:db8::1', '192.0.2.1'],
        caPem: certificate.caPem,
        maxQueriesPerSecond: undefined,
        blockSignal: false,
      },
    ]);
  });

  test('an address in the URL needs no addresses', () => {
    assert.deepEqual(valid(own('url = "https://[2001:db8::1]/dns-query"')).settings.upstreams[0]?.addresses, [
      '2001:db8::1',
    ]);
  });

  test('a preset takes another limit', () => {
    assert.equal(
      valid(own('preset = "quad9"\nmax_queries_per_second = 50')).settings.upstreams[0]?.maxQueriesPerSecond,
      50,
    );
  });

  for (const [url, words] of [
    ['https://user:secret@dns.example.org/dns-query', 'user or password'],
    ['https://dns.example.org/dns-query{?dns}', 'leave out the part in braces'],
    ['https://dns.example.org/dns-query#x', 'from # on'],
    ['https://dns.example.org./dns-query', 'dot at the end'],
    ['https://dns.example.org:99999/dns-query', 'is not a URL'],
    ['sdns://AgcAAAAA', 'is not the URL of a DNS over HTTPS server'],
    ['dns.example.org', 'is not the URL of a DNS over HTTPS server'],
  ] as const)
    test(`${url} is refused: ${words}`, () => {
      fault(own(`url = "${url}"\naddresses = ["192.0.2.1"]`), 2, 'upstream[0].url', words);
    });

  test('a password in a URL is not printed', () => {
    const result = read(own('url = "https://user:secret@dns.example.org/"\naddresses = ["192.0.2.1"]'));
    assert.doesNotMatch(JSON.stringify(result), /secret/);
  });

  test('an address that is no server’s, or stands twice, is refused', () => {
    const with_ = (addresses: string) => own(`url = "https://dns.example.org/q"\naddresses = [${addresses}]`);
    fault(with_('"0.0.0.0"'), 3, 'upstream[0].addresses[0]', 'no single server');
    fault(with_('"ff02::1"'), 3, 'upstream[0].addresses[0]', 'no single server');
    fault(with_('"192.0.2.1", "192.0.2.1"'), 3, 'upstream[0].addresses[1]', 'twice');
    fault(with_(''), 3, 'upstream[0].addresses', 'is empty');
  });

  test('a CA file must be there and hold certificates', () => {
    const with_ = (file: string) => own(`url = "https://dns.example.org/q"\naddresses = ["192.0.2.1"]\nca = "${file}"`);
    fault(with_('none.pem'), 4, 'upstream[0].ca', `${join(directory, 'none.pem')} does not exist`);
    fault(with_('list.txt'), 4, 'upstream[0].ca', 'holds no PEM certificate');
    fault(with_('key.pem'), 4, 'upstream[0].ca', 'holds a private key but no certificate');
    fault(with_('.'), 4, 'upstream[0].ca', 'is a directory');
  });

  test('none at all, and the same one twice, are refused', () => {
    fault('upstream = []', 1, 'upstream', 'no upstream');
    fault('[[upstream]]\npreset = "quad9"\n[[upstream]]\npreset = "quad9"', 3, 'upstream[1]', 'is already an upstream');
    fault('[[upstream]]', 1, 'upstream[0]', 'has neither url nor preset');
  });

  test('a URL without a path is doubted', () => {
    notice(own('url = "https://dns.example.org"\naddresses = ["192.0.2.1"]'), 'upstream[0].url', '"/dns-query"');
  });

  for (const [doh, address, isOwn] of [
    ['127.0.0.1:443', '127.0.0.1', true],
    ['127.0.0.1:443', '127.0.0.2', false],
    ['127.0.0.1:8443', '127.0.0.1', false],
    [':443', '127.0.0.2', true],
    [':443', '::1', true],
    [':443', '192.0.2.53', true],
    [':443', '2001:db8::35', true],
    [':443', '192.0.2.54', false],
    ['0.0.0.0:443', '::1', false],
  ] as const)
    test(`V06 listening on ${doh}, the upstream ${address} is ${isOwn ? 'the gateway itself' : 'another server'}`, () => {
      const toml = `[listen]\ndoh = ["${doh}"]\n[[upstream]]\nurl = "https://dns.example.org/q"\naddresses = ["${address}"]`;
      if (isOwn) fault(toml, 3, 'upstream[0]', `${address} port 443 is this gateway itself`);
      else valid(toml);
    });
});

describe('[cache]', () => {
  test('max_bytes in octets', () => {
    assert.equal(valid('[cache]\nmax_bytes = "64MiB"').settings.cache.maxBytes, 67_108_864);
    assert.equal(valid('').settings.cache.maxBytes, 200_000_000);
    fault('[cache]\nmax_bytes = 1000', 2, 'cache.max_bytes', '1MB to 64GB');
  });

  test('keys left out have their defaults: a day, three hours of no, a day of stale answers, nothing on disk', () => {
    const { rules, exclude, persist } = valid('').settings.cache;
    assert.deepEqual(rules, {
      minTtlSeconds: 0,
      maxTtlSeconds: 86_400,
      negativeMaxTtlSeconds: 10_800,
      staleSeconds: 86_400,
      prefetch: true,
    });
    assert.deepEqual(exclude, []);
    assert.equal(persist, false);
  });

  test('times are durations within bounds', () => {
    const keys =
      'min_ttl = "30s"\nmax_ttl = "7d"\nnegative_max_ttl = "0s"\nstale = "0s"\nprefetch = false\npersist = true';
    const { rules, persist } = valid(`[cache]\n${keys}`).settings.cache;
    assert.deepEqual(Object.values(rules), [30, 604_800, 0, 0, false]);
    assert.equal(persist, true);
    fault('[cache]\nmin_ttl = "2h"', 2, 'cache.min_ttl', '0s to 1h');
    fault('[cache]\nmax_ttl = "8d"', 2, 'cache.max_ttl', '1s to 7d');
    fault('[cache]\nmax_ttl = "0s"', 2, 'cache.max_ttl', '1s to 7d');
    fault('[cache]\nnegative_max_ttl = "25h"', 2, 'cache.negative_max_ttl', '0s to 1d');
    fault('[cache]\nstale = "30d"', 2, 'cache.stale', '0s to 7d');
    fault('[cache]\nstale = 60', 2, 'cache.stale', 'write "60s"');
    fault('[cache]\nprefetch = "yes"', 2, 'cache.prefetch', 'true or false');
    fault('[cache]\npersist = 1', 2, 'cache.persist', 'true or false');
  });

  test('min_ttl is not longer than max_ttl', () => {
    fault('[cache]\nmax_ttl = "1m"\nmin_ttl = "2m"', 3, 'cache.min_ttl', 'longer than max_ttl (120 s and 60 s)');
    valid('[cache]\nmax_ttl = "1m"\nmin_ttl = "1m"');
  });

  test('excluded names are read in any letter case and script, once each', () => {
    const { exclude } = valid('[cache]\nexclude = ["Dyn.Example.org.", "b\u00fccher.example"]').settings.cache;
    assert.deepEqual(
      exclude.map((name) => nameToText(name)),
      ['dyn.example.org', 'xn--bcher-kva.example'],
    );
    fault('[cache]\nexclude = ["a.example", "A.example."]', 2, 'cache.exclude[1]', 'twice');
    fault('[cache]\nexclude = ["a..example"]', 2, 'cache.exclude[0]', 'is not a name');
    fault('[cache]\nexclude = ["."]', 2, 'cache.exclude[0]', 'is not a name');
    fault('[cache]\nexclude = [7]', 2, 'cache.exclude[0]', 'names such as');
    fault('[cache]\nexclude = "a.example"', 2, 'cache.exclude', 'a list of names');
  });
});

describe('[[list]]', () => {
  const ads = (keys: string) => `[[list]]\nname = "ads"\n${keys}`;

  test('a server with a name of this network must be known here: it is asked for nowhere else', () => {
    for (const host of ['files.corp', 'nas', 'NAS.lan', 'nas.fritz.box', 'files.example.internal']) {
      const toml = ads(`url = "https://${host}/list.txt"`);
      const words = `${host.toLowerCase()} is a name of this network, and nobody here knows it; write a [[record]]`;
      fault(toml, 3, 'list[0].url', words);
      valid(`${toml}\n[[record]]\nname = "${host}"\ntype = "A"\nvalue = "192.168.1.9"`);
      valid(`[resolve]\nhosts_file = "list.txt"\n${toml}`);
    }
    const url = 'url = "https://files.corp/list.txt"';
    valid(`${ads(url)}\n[[zone]]\nname = "corp"\nforward = ["192.168.1.1"]`);
    for (const known of ['https://192.168.1.9', 'https://[fd00::1]', 'http://localhost:8000', 'https://a.example.org'])
      valid(ads(`url = "${known}/list.txt"`));
    valid(ads('file = "list.txt"'));
    // The place is right also behind a list that has a fault of its own.
    const result = read(`[[list]]\nname = "none"\n${ads(url)}`);
    assert.deepEqual(!result.ok && result.faults.map(({ line, key }) => [line, key]), [
      [1, 'list[0]'],
      [5, 'list[1].url'],
    ]);
  });

  test('keys left out have their defaults', () => {
    const url = 'https://lists.example.org/ads.txt';
    assert.deepEqual(valid(ads(`url = "${url}"`)).settings.lists, [
      {
        name: 'ads',
        source: { kind: 'url', url },
        action: 'block',
        format: 'auto',
        subdomains: false,
        refreshSeconds: 86_400,
        extendedErrorCode: 15,
        holdBack: { blocksMorePercent: 5, smallerPercent: 50 },
      },
    ]);
  });

  test('a file is found beside the configuration', () => {
    const { lists } = valid(ads('file = "list.txt"\naction = "allow"\nformat = "domains"\nsubdomains = true')).settings;
    assert.deepEqual(lists[0]?.source, { kind: 'file', path: join(directory, 'list.txt') });
    fault(ads('file = ""'), 3, 'list[0].file', 'is not a path');
  });

  test('http is for this machine alone', () => {
    for (const host of ['127.0.0.1:8080', '[::1]:8080', 'localhost']) valid(ads(`url = "http://${host}/ads.txt"`));
    fault(ads('url = "http://127.0.0.1.example.org/ads.txt"'), 3, 'list[0].url', 'over http anyone on the way');
    fault(ads('url = "file:///etc/hosts"'), 3, 'list[0].url', 'file = "path"');
    fault(ads('url = "https://user:secret@lists.example.org/"'), 3, 'list[0].url', 'user or password');
    fault(ads('url = "ads.txt"'), 3, 'list[0].url', 'is not a URL');
  });

  test('new versions are held back where others publish them, unless something else is written', () => {
    const holdBack = (keys: string) => valid(ads(keys)).settings.lists[0]?.holdBack;
    const limits = { blocksMorePercent: 5, smallerPercent: 50 };
    const url = 'url = "https://lists.example.org/ads.txt"';
    assert.deepEqual(holdBack(url), limits);
    assert.equal(holdBack(`${url}\nhold_back = false`), undefined);
    assert.equal(holdBack('file = "list.txt"'), undefined);
    assert.deepEqual(holdBack('file = "list.txt"\nhold_back = true'), limits);
    const own = 'hold_back = { blocks_more_percent = 20 }';
    assert.deepEqual(holdBack(`${url}\n${own}`), { ...limits, blocksMorePercent: 20 });
    fault(ads(`${url}\nhold_back = "yes"`), 4, 'list[0].hold_back', 'allowed: true, false, or { blocks_more_percent');
    fault(ads(`${url}\nhold_back = { smaller_percent = 0 }`), 4, 'list[0].hold_back.smaller_percent', 'from 1 to 100');
    const both = read(ads('url = "ads.txt"\nhold_back = "yes"'));
    assert.deepEqual(both.ok ? [] : both.faults.map(({ key }) => key), ['list[0].url', 'list[0].hold_back']);
    fault(
      ads(`${url}\nhold_back = { smaller = 5 }`),
      4,
      'list[0].hold_back.smaller',
      'known in [list.hold_back]: blocks_more_percent, smaller_percent',
    );
  });

  test('one [list] instead of [[list]] is explained', () => {
    fault('[list]\nname = "ads"', 1, 'list', 'write [[list]], with two brackets on each side');
    fault('list = "ads"', 1, 'list', 'write [[list]] tables');
    fault('[[server]]\nthreads = 1', 1, 'server', 'write [server]');
  });
});

describe('[policy]', () => {
  test('addresses of one’s own are octets; the family left out stays empty', () => {
    const { blockResponse } = valid('[policy]\nblock_response = { a = "192.0.2.1" }').settings.policy;
    assert.deepEqual(blockResponse, { kind: 'address', a: Uint8Array.of(192, 0, 2, 1), aaaa: undefined });
    const both = valid('[policy.block_response]\na = "0.0.0.0"\naaaa = "::1"').settings.policy.blockResponse;
    assert.equal(both.kind === 'address' && both.aaaa?.length, 16);
    fault('[policy]\nblock_response = {}', 2, 'policy.block_response', 'is an empty table');
    fault('[policy]\nblock_response = "nxdomian"', 2, 'policy.block_response', 'allowed: "nxdomain", "nodata"');
    fault('[policy]\nblock_response = 5', 2, 'policy.block_response', 'the number 5 does not fit');
  });

  test('an allowlist refuses until it is ready, whatever is written', () => {
    const rules = 'rules = ["@@||example.org^"]';
    assert.equal(valid(`[policy]\nmode = "allowlist"\n${rules}`).settings.policy.start, 'refuse');
    const answer = `[policy]\nmode = "allowlist"\nstart = "answer"\n${rules}`;
    notice(answer, 'policy.start', 'has no effect');
    assert.equal(valid(answer).settings.policy.start, 'refuse');
  });

  test('an allowlist that allows nothing is doubted', () => {
    notice('[policy]\nmode = "allowlist"', 'policy.mode', 'nothing is allowed yet');
    const list = '[[list]]\nname = "good"\nfile = "list.txt"\naction = "allow"';
    assert.deepEqual(valid(`${list}\n[policy]\nmode = "allowlist"`).notices, []);
  });

  test('rules keep their text and line', () => {
    const { rules } = valid('[policy]\nrules = [\n  "||ads.example^",\n  "@@||good.ads.example^",\n]').settings;
    assert.deepEqual(rules, [
      { text: '||ads.example^', line: 3 },
      { text: '@@||good.ads.example^', line: 4 },
    ]);
  });
});

describe('[[certificate]]', () => {
  const files = (names: string, cert = 'chain.pem', key = 'key.pem') =>
    `[[certificate]]\nnames = [${names}]\nsource = "files"\ncert = "${cert}"\nkey = "${key}"`;

  test('names are lower-cased, addresses canonical', () => {
    const { certificates } = valid('[[certificate]]\nnames = ["DNS.Example.ORG", "2001:DB8:0::1"]').settings;
    assert.deepEqual(certificates, [{ names: ['dns.example.org', '2001:db8::1'], source: { kind: 'local-ca' } }]);
  });

  for (const [name, words] of [
    ['my_host', 'is neither a host name nor an address'],
    ['-a.example', 'is neither a host name nor an address'],
    ['a.*.example', 'is neither a host name nor an address'],
    ['https://dns.example.org', 'write the name alone'],
    ['bücher.example', 'write it as "xn--bcher-kva.example"'],
    ['192.0.2.256', 'no name ends in a number'],
    ['fe80::1%eth0', 'cannot name a zone'],
    [`${'a'.repeat(64)}.example`, 'is neither a host name nor an address'],
    ['', 'is neither a host name nor an address'],
  ] as const)
    test(`"${name.slice(0, 30)}" is no name: ${words}`, () => {
      fault(`[[certificate]]\nnames = ["${name}"]`, 2, 'certificate[0].names[0]', words);
    });

  test('own files are checked and kept as absolute paths', () => {
    const result = valid(files('"dns.example.org", "192.0.2.53"'));
    assert.deepEqual(result.settings.certificates[0]?.source, {
      kind: 'files',
      certPath: join(directory, 'chain.pem'),
      keyPath: join(directory, 'key.pem'),
    });
    assert.deepEqual(result.notices, []);
  });

  test('faults of own files stand at the key that names the file', () => {
    fault(files('"dns.example.org"', 'none.pem'), 4, 'certificate[0].cert', 'does not exist');
    fault(files('"dns.example.org"', 'chain.pem', 'list.txt'), 5, 'certificate[0].key', 'holds no PEM private key');
    fault(files('"dns.example.org"', 'ca.pem'), 5, 'certificate[0].key', 'does not belong to the certificate');
    fault(files('"dns.example.org"', 'key.pem', 'chain.pem'), 4, 'certificate[0].cert', 'are the two files swapped?');
  });

  test('a name the certificate does not cover, and its end, are noticed', () => {
    notice(files('"dns.example.org", "other.example.org"'), 'certificate[0].cert', 'does not cover other.example.org');
    const later = { ...ENVIRONMENT, now: new Date(Date.now() + 40 * 86_400_000) };
    notice(files('"dns.example.org"'), 'certificate[0].cert', 'expired on', later);
  });

  test('cert and key without source = "files" are explained', () => {
    fault('[[certificate]]\nnames = ["a.example"]\nkey = "key.pem"', 3, 'certificate[0].key', 'add source = "files"');
  });

  test('none at all is refused while an encrypted listener needs one', () => {
    fault('certificate = []', 1, 'certificate', 'listen.dot and listen.doh need one');
    assert.deepEqual(valid('certificate = []\n[listen]\ndot = []\ndoh = []').settings.certificates, []);
    fault('[[certificate]]\nnames = []', 2, 'certificate[0].names', 'is empty');
  });
});

describe('directories', () => {
  test('a file in the place of a directory is a fault', () => {
    fault('state_dir = "list.txt"', 1, 'state_dir', 'is not a directory');
    fault('certificate_dir = "list.txt"', 1, 'certificate_dir', 'is not a directory');
    assert.equal(valid('state_dir = "new/place"').settings.stateDirectory, join(directory, 'new/place'));
  });
});
