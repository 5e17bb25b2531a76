import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PageValues } from './page-values.ts';
import { page } from './page.ts';

const VALUES: PageValues = {
  host: 'dns.example.org',
  otherNames: ['gw.lan', '192.168.1.2'],
  hasLocalCa: true,
  caFingerprint: 'AA:BB',
  caPath: '/var/lib/sotto/certs/local-ca.cert.pem',
  dohUrl: 'https://dns.example.org/dns-query',
  dotPort: 853,
  dohPort: 443,
  dnsPort: 53,
  dotAddresses: ['192.168.1.2'],
  dohAddresses: ['192.168.1.2'],
  dnsAddresses: ['192.168.1.2'],
  isForThisNetwork: false,
  pageUrl: undefined,
};

describe('the page', () => {
  test('lists what else the gateway may be called', () => {
    assert.match(
      page(VALUES, ''),
      /<dt>Other names<\/dt><dd><code>gw\.lan<\/code> <code>192\.168\.1\.2<\/code> <\/dd>/,
    );
    assert.doesNotMatch(page({ ...VALUES, otherNames: [] }, ''), /Other names/);
  });

  test('gives the command that shows the local CA as it can be pasted', () => {
    assert.match(page(VALUES, ''), /-in \/var\/lib\/sotto\/certs\/local-ca\.cert\.pem<\/code>/);
    const odd = page({ ...VALUES, caPath: "/home/o'neil & co/ca.pem" }, '');
    assert.ok(odd.includes(String.raw`-in &#39;/home/o&#39;\&#39;&#39;neil &amp; co/ca.pem&#39;</code>`), odd);
  });
});
