// The real servers and clients the tests talk to, and the Debian packages they come in.

export interface RealComponent {
  /** Found in PATH or in the directories for administrators' programs. */
  readonly command: string;
  readonly debianPackage: string;
}

export const REAL_COMPONENTS: readonly RealComponent[] = [
  { command: 'unbound', debianPackage: 'unbound' },
  { command: 'named', debianPackage: 'bind9' },
  { command: 'kresd', debianPackage: 'knot-resolver' },
  { command: 'dnsmasq', debianPackage: 'dnsmasq-base' },
  { command: 'dig', debianPackage: 'bind9-dnsutils' },
  { command: 'kdig', debianPackage: 'knot-dnsutils' },
  { command: 'stubby', debianPackage: 'stubby' },
  { command: 'getdns_query', debianPackage: 'getdns-utils' },
  { command: 'curl', debianPackage: 'curl' },
  { command: 'chromium', debianPackage: 'chromium' },
  { command: 'openssl', debianPackage: 'openssl' },
  { command: 'nft', debianPackage: 'nftables' },
  { command: 'ip', debianPackage: 'iproute2' },
  { command: 'unshare', debianPackage: 'util-linux' },
  { command: 'tcpdump', debianPackage: 'tcpdump' },
  { command: 'pebble', debianPackage: 'pebble' },
  { command: 'pebble-challtestsrv', debianPackage: 'pebble' },
];

/** Wanted by `npm run testssl` alone. */
export const TESTSSL: RealComponent = { command: 'testssl', debianPackage: 'testssl.sh' };

/** Components without a command of their own: a file tells whether they are there. */
export const REAL_FILES: readonly { readonly path: string; readonly debianPackage: string }[] = [
  { path: '/usr/lib/python3/dist-packages/dns/__init__.py', debianPackage: 'python3-dnspython' },
  { path: '/usr/lib/python3/dist-packages/h2/__init__.py', debianPackage: 'python3-h2' },
  { path: '/usr/lib/python3/dist-packages/httpx/__init__.py', debianPackage: 'python3-httpx' },
];
