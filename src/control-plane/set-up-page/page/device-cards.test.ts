import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guideBlock } from '../../../../test/guides/guide-text.ts';
import { deviceCards } from './device-cards.ts';
import type { PageValues } from './page-values.ts';

/** The gateway of the guides. */
const GUIDED: PageValues = {
  host: 'dns.example.org',
  otherNames: [],
  hasLocalCa: false,
  caFingerprint: undefined,
  caPath: '/var/lib/sotto/certs/local-ca.cert.pem',
  dohUrl: 'https://dns.example.org/dns-query',
  dotPort: 853,
  dohPort: 443,
  dnsPort: 53,
  dotAddresses: ['192.0.2.53', '2001:db8::53'],
  dohAddresses: ['192.0.2.53', '2001:db8::53'],
  dnsAddresses: ['192.0.2.53', '2001:db8::53'],
  isForThisNetwork: false,
  pageUrl: undefined,
};

/** The text of all cards, as a reader sees it. */
function textOf(values: Partial<PageValues>): string {
  return deviceCards({ ...GUIDED, ...values }, '')
    .map(({ text }) => text.replace(/<[^>]*>/g, ''))
    .join('\n')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

describe('the cards of the set-up page', () => {
  test('say what the guides say', () => {
    const text = textOf({});
    for (const block of [
      guideBlock('windows.md', 'in PowerShell'),
      guideBlock('systemd-resolved.md', 'sotto.conf'),
      guideBlock('android.md', 'Private DNS'),
      guideBlock('browsers.md', 'The\nURL is the same'),
    ])
      assert.ok(text.includes(block.trim()), block);
  });

  test('give other ports where a device can be told of them', () => {
    const text = textOf({ dotPort: 8853, dnsPort: 5300 });
    assert.ok(text.includes('DNS=192.0.2.53:8853#dns.example.org [2001:db8::53]:8853#dns.example.org'));
    assert.match(text, /Android uses port 853, and this gateway listens on 8853: it will not connect/);
    assert.doesNotMatch(text, /Profile for DNS over TLS|Router/);
  });

  test('say what Android does with a certificate of the local CA, or without a name', () => {
    assert.doesNotMatch(textOf({}), /public CAs|wants a name/);
    assert.match(textOf({ hasLocalCa: true }), /Android trusts only certificates of public CAs/);
    assert.match(textOf({ host: '192.0.2.53' }), /Android wants a name/);
  });

  test('give the addresses of the service that they are about', () => {
    const text = textOf({ dotAddresses: ['192.0.2.1'], dohAddresses: ['192.0.2.2'], dnsAddresses: ['192.0.2.3'] });
    assert.match(text, /DNS=192\.0\.2\.1#dns\.example\.org\n/);
    assert.match(text, /-ServerAddress 192\.0\.2\.2 .*\nSet-DnsClientServerAddress .* 192\.0\.2\.2\n/);
    assert.match(text, /as the only DNS server:192\.0\.2\.3\n/);
    assert.equal(text.match(/192\.0\.2\.\d/g)?.length, 4);
  });

  test('say what becomes of a profile for this network on a device that leaves it', () => {
    assert.doesNotMatch(textOf({}), /--only-ssid/);
    assert.match(
      textOf({ isForThisNetwork: true }),
      /would find no names at all.*sotto profile FILE --only-ssid "Our home"/,
    );
  });

  test('are left out where this gateway has nothing for the device', () => {
    assert.doesNotMatch(textOf({ dotPort: undefined }), /Android|systemd/);
    assert.doesNotMatch(textOf({ dohUrl: undefined }), /PowerShell|Firefox/);
    assert.equal(textOf({ host: undefined, dohUrl: undefined, dnsPort: undefined }), '');
  });
});
