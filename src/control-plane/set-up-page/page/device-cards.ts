// What to enter on which device, with the gateway's own values in it. The long form of each is a guide in docs/clients.

import { isIP } from 'node:net';
import { type Html, html, type HtmlPart } from './html.ts';
import { authority, type PageValues } from './page-values.ts';

interface Card {
  readonly title: string;
  readonly how: string;
  /** Where a browser on one of them comes, it is open at once. */
  readonly devices: readonly string[];
  readonly body: Html;
}

/** As browsers name what they run on, the most telling first. */
const DEVICES = ['Android', 'iPhone', 'iPad', 'Macintosh', 'Windows', 'Linux'] as const;

/** One of few words, so that there are few pages; empty for a browser that does not say. */
export function deviceIn(userAgent: string): string {
  return DEVICES.find((word) => userAgent.includes(word)) ?? '';
}

/** `device`: of deviceIn. */
export function deviceCards(values: PageValues, device: string): Html[] {
  const cards = [android, apple, windows, browsers, linux, router].flatMap((card) => card(values) ?? []);
  const own = cards.find((card) => card.devices.includes(device));
  return cards.map(
    (
      card,
    ) => html`<details${card === own ? html` open` : undefined}><summary>${card.title} <span>${card.how}</span></summary><div>${card.body}</div></details>
`,
  );
}

const DOT_PORT = 853;

function android({ host, dotPort, hasLocalCa }: PageValues): Card | undefined {
  if (host === undefined || dotPort === undefined) return undefined;
  const steps = html`<ol><li>Settings, Network &amp; internet, Private DNS</li><li>Private DNS provider hostname:</li></ol>${block(host)}`;
  const doubts: HtmlPart[] = [];
  if (dotPort !== DOT_PORT)
    doubts.push(note(`Android uses port 853, and this gateway listens on ${dotPort}: it will not connect.`));
  if (isIP(host) !== 0) doubts.push(note('Android wants a name here, and the certificate of this gateway has none.'));
  else if (hasLocalCa)
    doubts.push(
      note(
        'With a host name Android trusts only certificates of public CAs, and this gateway has one of its own CA. "Automatic" works, without a check, where this network names the gateway as its DNS server.',
      ),
    );
  return { title: 'Android', how: 'Private DNS', devices: ['Android'], body: html`${steps}${doubts}` };
}

function apple({ dohUrl, dotPort, host, hasLocalCa, isForThisNetwork }: PageValues): Card | undefined {
  if (host === undefined || (dohUrl === undefined && dotPort !== DOT_PORT)) return undefined;
  const links = [
    dohUrl === undefined ? undefined : button('/sotto.mobileconfig', 'Profile for DNS over HTTPS'),
    dotPort === DOT_PORT && isIP(host) === 0
      ? button('/sotto.mobileconfig?dot', 'Profile for DNS over TLS')
      : undefined,
  ];
  return {
    title: 'iPhone, iPad, Mac',
    how: 'a profile',
    devices: ['iPhone', 'iPad', 'Macintosh'],
    body: html`<p class="buttons">${links}</p>
<ol><li>Download one of them on the device, with Safari</li><li>iPhone, iPad: Settings, Profile Downloaded, Install</li><li>Mac: System Settings, General, Device Management</li>${
      hasLocalCa
        ? html`<li>iPhone, iPad: Settings, General, About, Certificate Trust Settings: switch on the CA of the gateway</li>`
        : undefined
    }</ol>
${isForThisNetwork ? note(html`The profile leads to addresses of this network. Elsewhere the device would find no names at all, unless it is removed there, or holds in your Wi-Fi alone: <code>sotto profile FILE --only-ssid "Our home"</code>`) : undefined}<p class="soft">Except at home, for one client, for some domains: <code>sotto profile --help</code></p>`,
  };
}

function windows({ dohUrl, dohAddresses: addresses }: PageValues): Card | undefined {
  if (dohUrl === undefined || addresses.length === 0) return undefined;
  const templates = addresses.map(
    (address) =>
      `Add-DnsClientDohServerAddress -ServerAddress ${address} -DohTemplate ${dohUrl} -AllowFallbackToUdp $false -AutoUpgrade $true`,
  );
  const use = `Set-DnsClientServerAddress -InterfaceAlias "Wi-Fi" -ServerAddresses ${addresses.join(', ')}`;
  return {
    title: 'Windows 11',
    how: 'DNS over HTTPS',
    devices: ['Windows'],
    body: html`<p>In PowerShell, as administrator:</p>${block([...templates, use, 'Clear-DnsClientCache'].join('\n'))}
<p class="soft">Or: Settings, Network &amp; internet, Wi-Fi or Ethernet, DNS server assignment, Edit, Manual; with the template <code>${dohUrl}</code></p>`,
  };
}

function browsers({ dohUrl }: PageValues): Card | undefined {
  if (dohUrl === undefined) return undefined;
  return {
    title: 'Firefox, Chrome, Edge',
    how: 'in the browser alone',
    devices: [],
    body: html`<p>Firefox: Settings, Privacy &amp; Security, DNS over HTTPS, Max Protection, Custom.<br>Chrome: Settings, Privacy and security, Security, Use secure DNS, custom.<br>Edge: Settings, Privacy, Use secure DNS, custom.</p>${block(dohUrl)}`,
  };
}

function linux({ host, dotAddresses: addresses, dotPort }: PageValues): Card | undefined {
  if (host === undefined || dotPort === undefined || addresses.length === 0) return undefined;
  const servers = addresses.map((address) => `${authority(address, dotPort, DOT_PORT)}#${host}`);
  // systemd-resolved writes an IPv6 address in brackets only where a port follows.
  const written = servers.map((server) => server.replace(/^\[([^\]]*)\]#/, '$1#')).join(' ');
  return {
    title: 'Linux',
    how: 'systemd-resolved',
    devices: ['Linux'],
    body: html`<p><code>/etc/systemd/resolved.conf.d/sotto.conf</code></p>${block(
      `[Resolve]\nDNS=${written}\nDNSOverTLS=yes\nDomains=~.`,
    )}<p>Then <code>sudo systemctl restart systemd-resolved</code></p>`,
  };
}

function router({ dnsAddresses: addresses, dnsPort }: PageValues): Card | undefined {
  if (dnsPort !== 53 || addresses.length === 0) return undefined;
  return {
    title: 'Router',
    how: 'for the whole network',
    devices: [],
    body: html`<p>In its settings for DHCP, as the only DNS server:</p>${block(addresses.join('\n'))}
<p class="soft">Devices then ask in plain DNS, unless they find the encrypted side by themselves.</p>`,
  };
}

function block(text: string): Html {
  return html`<pre><code>${text}</code></pre>`;
}

function note(text: HtmlPart): Html {
  return html`<p class="note">${text}</p>`;
}

function button(href: string, text: string): Html {
  return html`<a class="button" href="${href}">${text}</a>`;
}
