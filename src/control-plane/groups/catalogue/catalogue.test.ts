import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readTestData } from '../../../../test/setup/test-data.ts';
import { knownName, nameToText } from '../../../wire/name-text.ts';
import { SAFE_SEARCH } from './safe-search.ts';
import { domainsOfService, SERVICE_NAMES, type ServiceName } from './services.ts';

function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

describe('the catalogue of services', () => {
  test('has names in lower case, each once, and none that another one of the service covers', () => {
    for (const service of SERVICE_NAMES) {
      const domains = domainsOfService(service);
      for (const [index, domain] of domains.entries()) {
        assert.equal(nameToText(knownName(domain)), domain);
        assert.ok(domain.includes('.'), `${service}: ${domain} is a top-level domain`);
        const others = domains.filter((_, at) => at !== index);
        assert.ok(!others.some((other) => isWithin(domain, other)), `${service}: ${domain}`);
      }
    }
  });

  test('gives a domain to one service', () => {
    const domains = SERVICE_NAMES.flatMap(domainsOfService);
    assert.equal(new Set(domains).size, domains.length);
  });

  test('is what the guide and the example of a configuration say it is', () => {
    const root = join(import.meta.dirname, '..', '..', '..', '..');
    for (const file of ['docs/filter/groups.md', 'config.example.toml']) {
      const text = readFileSync(join(root, file), 'utf8').replaceAll(/\n#? ?/g, ' ');
      assert.ok(text.includes(` ${SERVICE_NAMES.join(', ')}.`), file);
    }
  });

  test('does not take what many share', () => {
    const shared = [
      ...['d1.cloudfront.net', 'bucket.s3.amazonaws.com', 'x.akamaihd.net', 'fonts.googleapis.com', 'www.gstatic.com'],
      ...['accounts.google.com', 'login.live.com', 'www.apple.com', 'x.fastly.net', 'x.azureedge.net', 'x.edgekey.net'],
      ...['maps.googleapis.com', 'www.google.com', 'play.google.com', 'update.microsoft.com', 'x.cloudflare.com'],
    ];
    for (const service of SERVICE_NAMES)
      for (const domain of domainsOfService(service))
        assert.ok(!shared.some((name) => isWithin(name, domain)), `${service}: ${domain}`);
  });
});

describe('beside a catalogue of somebody else', () => {
  /** Where that calls a service something else. */
  const THEIR_NAMES: Partial<Record<ServiceName, string>> = {
    'disney-plus': 'disneyplus',
    'league-of-legends': 'leagueoflegends',
    max: 'hbomax',
    playstation: 'playstation-network',
    'prime-video': 'primevideo',
    x: 'twitter',
    xbox: 'xboxlive',
  };
  /** Those that it does not have. */
  const OURS_ALONE: readonly ServiceName[] = ['bluesky', 'linkedin'];

  test('most of what it blocks is blocked, and something of each service', (t) => {
    let theirs = 0;
    let covered = 0;
    for (const service of SERVICE_NAMES) {
      if (OURS_ALONE.includes(service)) continue;
      const data = readTestData(t, `services/nextdns/${THEIR_NAMES[service] ?? service}`);
      if (data === undefined) return;
      const names = data
        .toString('utf8')
        .split('\n')
        .filter((line) => /^[^#\s]/.test(line));
      const found = names.filter((name) => domainsOfService(service).some((domain) => isWithin(name.trim(), domain)));
      assert.ok(found.length > 0, `${service}: none of its ${names.length} domains`);
      theirs += names.length;
      covered += found.length;
    }
    t.diagnostic(`${covered} of ${theirs} domains`);
    assert.ok(covered > theirs / 2, `${covered} of ${theirs}`);
  });
});

describe('safe search', () => {
  test('leads away from every name once, to a host that is not led away itself', () => {
    for (const { names, target } of Object.values(SAFE_SEARCH)) {
      assert.equal(new Set(names).size, names.length);
      for (const name of [...names, target]) assert.equal(nameToText(knownName(name)), name);
    }
    const names = Object.values(SAFE_SEARCH).flatMap((engine) => engine.names);
    for (const { target } of Object.values(SAFE_SEARCH)) assert.ok(!names.includes(target), target);
  });

  test('knows the country domains of Google', () => {
    const { names } = SAFE_SEARCH.google;
    for (const ending of ['com', 'de', 'co.uk', 'co.jp', 'com.br', 'com.au', 'fr', 'co.in', 'cat', 'ws'])
      assert.ok(names.includes(`www.google.${ending}`), ending);
    assert.ok(names.length > 180, `${names.length}`);
  });
});
