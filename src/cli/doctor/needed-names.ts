// Names without which devices think that they have no network, or lose the time: what a blocklist must leave alone.

export interface NeededName {
  readonly name: string;
  readonly devices: string;
  readonly purpose: string;
  /** Without it a device gives the network or the resolver up; otherwise something smaller breaks. */
  readonly isVital: boolean;
}

const CONNECTIVITY = 'to see that the network works';
const PORTAL = 'to find the login page of a network';
const TIME = 'to set the clock';

export const NEEDED_NAMES: readonly NeededName[] = [
  vital('d0c70e5a-dnsotls-ds.metric.gstatic.com', 'Android', 'before it accepts Private DNS'),
  vital('connectivitycheck.gstatic.com', 'Android', CONNECTIVITY),
  vital('www.google.com', 'Android', CONNECTIVITY),
  vital('www.gstatic.com', 'Android and Chrome', CONNECTIVITY),
  useful('clients3.google.com', 'Android and ChromeOS', CONNECTIVITY),
  useful('connectivitycheck.android.com', 'older Android', CONNECTIVITY),
  useful('time.android.com', 'Android', TIME),
  vital('captive.apple.com', 'iPhone, iPad and Mac', CONNECTIVITY),
  useful('www.apple.com', 'iPhone, iPad and Mac', PORTAL),
  useful('time.apple.com', 'iPhone, iPad and Mac', TIME),
  useful('courier.push.apple.com', 'iPhone, iPad and Mac', 'for notifications'),
  vital('www.msftconnecttest.com', 'Windows', CONNECTIVITY),
  vital('dns.msftncsi.com', 'Windows', CONNECTIVITY),
  useful('ipv6.msftconnecttest.com', 'Windows', CONNECTIVITY),
  useful('www.msftncsi.com', 'older Windows', CONNECTIVITY),
  useful('time.windows.com', 'Windows', TIME),
  useful('detectportal.firefox.com', 'Firefox', PORTAL),
  useful('connectivity-check.ubuntu.com', 'Ubuntu', CONNECTIVITY),
  useful('network-test.debian.org', 'Debian', CONNECTIVITY),
  useful('nmcheck.gnome.org', 'GNOME', CONNECTIVITY),
  useful('connect.rom.miui.com', 'Xiaomi', CONNECTIVITY),
  useful('connectivitycheck.platform.hicloud.com', 'Huawei', CONNECTIVITY),
  useful('spectrum.s3.amazonaws.com', 'Kindle and Fire', CONNECTIVITY),
  useful('conntest.nintendowifi.net', 'Nintendo', CONNECTIVITY),
  useful('pool.ntp.org', 'routers and Linux', TIME),
  useful('time.cloudflare.com', 'routers and Linux', TIME),
];

function vital(name: string, devices: string, purpose: string): NeededName {
  return { name, devices, purpose, isVital: true };
}

function useful(name: string, devices: string, purpose: string): NeededName {
  return { name, devices, purpose, isVital: false };
}
