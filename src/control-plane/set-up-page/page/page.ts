// The page as a whole.

import { deviceCards } from './device-cards.ts';
import { type Html, html } from './html.ts';
import { authority, type PageValues } from './page-values.ts';
import { qrCode } from './qr-code.ts';

const OTHER_NAMES_MAX = 8;

/** `device`: of deviceIn. */
export function page(values: PageValues, device: string): string {
  const { host } = values;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Set up this device: sotto</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
<script src="/script.js" defer></script>
</head>
<body>
<main>
<header>
<h1>Set up this device</h1>
<p>so that its questions for names go to ${host === undefined ? 'this gateway' : html`<strong>${host}</strong>`}, encrypted.</p>
</header>

<section id="check" class="card" data-state="busy" aria-live="polite">
<div><span class="soft">Does this browser ask this gateway?</span><br><strong data-title>Not checked</strong><p data-text>The check needs JavaScript.</p></div>
<button type="button" hidden>Check again</button>
</section>

<h2>What to enter</h2>
${valueList(values)}
${authoritySection(values)}
<h2>On which device</h2>
${deviceCards(values, device)}
${codes(values)}
<footer>sotto, an encrypted DNS gateway. Nothing on this page comes from anywhere else.</footer>
</main>
</body>
</html>
`.text;
}

function valueList({ host, otherNames, dohUrl, dotPort, dnsPort, dnsAddresses }: PageValues): Html {
  const rows: [string, Html][] = [];
  if (host !== undefined && dotPort !== undefined)
    rows.push(['DNS over TLS', html`<code>${host}</code>${dotPort === 853 ? undefined : html` port ${dotPort}`}`]);
  if (dohUrl !== undefined) rows.push(['DNS over HTTPS', html`<code>${dohUrl}</code>`]);
  if (dnsPort !== undefined) {
    const texts = dnsAddresses.map((address) => html`<code>${authority(address, dnsPort, 53)}</code> `);
    rows.push(['Plain DNS', html`${texts}`]);
  }
  if (otherNames.length > 0)
    rows.push([
      'Other names',
      html`${otherNames.slice(0, OTHER_NAMES_MAX).map((name) => html`<code>${name}</code> `)}`,
    ]);
  return html`<dl class="card">${rows.map(([word, value]) => html`<dt>${word}</dt><dd>${value}</dd>`)}</dl>`;
}

function authoritySection({ hasLocalCa, caFingerprint, caPath }: PageValues): Html | undefined {
  if (!hasLocalCa) return undefined;
  const fingerprint = caFingerprint?.split(':').map((octet, index) => html`${index === 0 ? '' : ':'}<wbr>${octet}`);
  return html`<h2>Trust the gateway first</h2>
<div class="card"><p>Its certificate comes from its own CA, which this device has to learn once. The profile for Apple's devices brings it along.</p>
<p class="buttons"><a class="button" href="/local-ca.cer">For phones and Windows (.cer)</a><a class="button" href="/local-ca.cert.pem">For Linux and Firefox (.pem)</a></p>
<p class="soft">SHA-256 <code>${fingerprint}</code></p>
<p class="soft">The gateway's machine should say the same:</p>
<pre><code>openssl x509 -noout -fingerprint -sha256 -in ${shellWord(caPath)}</code></pre></div>`;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** For what a phone should not have to type. */
function codes({ pageUrl, host, dohUrl, dotPort }: PageValues): Html {
  const figures: Html[] = [];
  const add = (text: string, caption: string) =>
    figures.push(
      html`<figure>${qrCode(text, `QR code: ${text}`)}<figcaption>${caption}<br>${text}</figcaption></figure>`,
    );
  if (pageUrl !== undefined) add(pageUrl, 'This page');
  if (host !== undefined && dotPort !== undefined) add(host, 'Private DNS');
  if (dohUrl !== undefined) add(dohUrl, 'DNS over HTTPS');
  return html`<h2>For a phone&#39;s camera</h2>
<div class="codes">${figures}</div>`;
}
