// The set-up page in a real browser, which asks the gateway by DNS over HTTPS or does not.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Browser, type BrowserPage, startChromium } from '../fixtures/chromium.ts';
import { type GuidedNetwork, startGuidedNetwork } from '../guides/guided-network.ts';
import { guideBlock } from '../guides/guide-text.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';

const PAGE = 'http://192.0.2.53/';

describe('the set-up page in Chromium', { timeout: 120_000 }, () => {
  let network: GuidedNetwork;

  before(async () => {
    if (process.getuid?.() === 0) network = await startGuidedNetwork();
  });
  after(async () => void (await network?.stop()));

  const isPossible = (t: TestContext) => canMakeNamespaces(t) && hasCommands(t, 'chromium', 'openssl');

  async function browse(t: TestContext, policy: string, options: readonly string[] = []): Promise<Browser> {
    const policies = join(network.folders.chromium, 'policies', 'managed');
    mkdirSync(policies, { recursive: true });
    writeFileSync(join(policies, 'sotto.json'), policy);
    const pinOf =
      'openssl s_client -connect 192.0.2.53:853 </dev/null 2>/dev/null | openssl x509 -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64';
    const pin = (await network.shell(pinOf)).trim();
    const browser = startChromium(network.namespace.enter, [
      `--ignore-certificate-errors-spki-list=${pin}`,
      ...options,
    ]);
    t.after(() => browser.stop());
    return browser;
  }

  async function checked(page: BrowserPage): Promise<unknown[]> {
    await page.until("document.getElementById('check').dataset.state !== 'busy'");
    return (await page.evaluate(
      "[document.getElementById('check').dataset.state, document.querySelector('[data-title]').textContent]",
    )) as unknown[];
  }

  test('one that asks by DNS over HTTPS is told so, again and again', async (t) => {
    if (!isPossible(t)) return;
    const browser = await browse(t, guideBlock('browsers.md', '`/etc/chromium/policies/managed/sotto.json`'));
    const page = await browser.open(PAGE);
    assert.deepEqual(await checked(page), ['good', 'Yes, encrypted']);
    await page.evaluate("document.querySelector('#check button').click()");
    assert.deepEqual(await checked(page), ['good', 'Yes, encrypted']);
  });

  test('one that asks elsewhere is told so, and the page is whole, on a phone as well', async (t) => {
    if (!isPossible(t)) return;
    const browser = await browse(t, '{ "DnsOverHttpsMode": "off" }', ['--window-size=390,800']);
    const page = await browser.open(PAGE);
    assert.deepEqual(await checked(page), ['other', 'Not seen']);
    const text = String(await page.evaluate('document.body.innerText'));
    for (const value of ['dns.example.org', 'https://dns.example.org/dns-query', 'Trust the gateway first'])
      assert.ok(text.includes(value), value);
    assert.equal(
      await page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius"),
      '12.8px',
      'styled',
    );
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, 'nothing hangs out');
    assert.equal(await page.evaluate("document.querySelectorAll('svg.qr path[d]').length"), 3);
    assert.ok((await page.picture()).length > 10_000);
    const elsewhere = await page.evaluate(
      "performance.getEntriesByType('resource').map(({ name }) => new URL(name).host).filter((host) => host !== location.host && !host.endsWith('.check.sotto.internal'))",
    );
    assert.deepEqual(elsewhere, []);
    // What is allowed is what the page needs, and nothing else.
    const blocked = "fetch('http://192.0.2.80/', { mode: 'no-cors' }).then(() => 'sent', () => 'stopped')";
    assert.equal(await page.evaluate(blocked), 'stopped');
  });

  test('what it offers can be downloaded', async (t) => {
    if (!isPossible(t)) return;
    const browser = await browse(t, '{ "DnsOverHttpsMode": "off" }');
    const page = await browser.open(PAGE);
    const links =
      'Promise.all([...document.querySelectorAll(\'a[href^="/"]\')].map(async ({ href }) => [new URL(href).pathname + new URL(href).search, (await fetch(href)).status]))';
    assert.deepEqual(await page.evaluate(links), [
      ['/local-ca.cer', 200],
      ['/local-ca.cert.pem', 200],
      ['/sotto.mobileconfig', 200],
      ['/sotto.mobileconfig?dot', 200],
    ]);
  });
});
