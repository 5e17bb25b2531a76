// What `--help` teaches.

const RUN = `sotto run [--config FILE]

Runs the gateway in the foreground. Without a file it uses its built-in defaults, which anyone may start:
  plain DNS  127.0.0.1 and [::1], port 5300      filter    StevenBlack hosts and HaGeZi pro
  DoT        127.0.0.1 and [::1], port 8853      upstream  Quad9 over HTTPS
  DoH        https://localhost:8443/dns-query    files     ./state and ./certs
config.example.toml shows every setting. In a clone, "npm start" is this command: npm start -- --config FILE

  --config FILE   TOML file with your own settings

SIGTERM or Ctrl-C lets questions in flight be answered, then ends it. SOTTO_LOG_LEVEL=debug says more.`;

const CHECK = `sotto check [--config FILE]

Reads a configuration and lists all its faults at once, each as FILE:LINE: key: what is wrong, what is allowed.
Without faults it says what a gateway with it would do: where it listens, whom it asks, what it filters.
Opens nothing and changes nothing.

  --config FILE   the file to check; without it, the built-in defaults are shown

Exit code 0: it can run. 2: it has faults.`;

const QUERY = `sotto query NAME [TYPE] [--server URL] [--address ADDRESS] [--ca FILE] [--config FILE]

Asks as a client would and prints the answer, what the gateway says about it (Extended DNS Errors), and the time.
TYPE is A unless given; an IP address as NAME is looked up in reverse (PTR).

  --server URL       udp://127.0.0.1:5300, tcp://…, tls://…:8853 or https://…:8443/dns-query;
                     default: plain DNS at the gateway's first address
  --address ADDRESS  where the server is, if its URL has another name than localhost: the system's resolver is
                     never asked
  --ca FILE          one more CA to trust; that of a local gateway is found by itself
  --config FILE      the gateway's configuration: where it listens and keeps its CA

Examples
  sotto query example.org
  sotto query example.org AAAA --server tls://127.0.0.1:8853
  sotto query example.org HTTPS --server https://localhost:8443/dns-query
  sotto query 192.0.2.1 --server https://dns.quad9.net --address 9.9.9.9

Exit code 0: an answer came, whatever it says. 1: none came. 2: wrong usage.`;

const EXPLAIN = `sotto explain NAME [TYPE] [--client ADDRESS_OR_ID] [--offline] [--json] [--config FILE]

Says what happens to a name and why: the verdict, what the client gets, its group and why it is in it, and every rule
about the name, the strongest first, with its file and line; ">" marks the one that decides, and each of the others says
why it does not (docs/filter/rules.md has the order). Then where the answer leads: names behind aliases and services,
and addresses, each with its rules.

Asks the running gateway, which looks at the answer in its cache, or else asks its upstream as for a client; a name that
is blocked is not asked for, and one that a rule allows only where an upstream has block_signal. Where no gateway runs,
it reads what the last run left and says so. TYPE is A unless given; an IP address as NAME stands for its reverse name
(PTR).

  --client ADDRESS_OR_ID   as this client gets it; without it, as a client whom no [[group]] names
  --offline                from what is on the disk: neither gateway nor upstream is asked
  --json                   the same for programs
  --config FILE            the gateway's configuration, to find its state directory

Examples
  sotto explain ads.example.org
  sotto explain www.google.com --client tablet
  sotto explain shop.example.org AAAA --client 192.168.1.40 --config /etc/sotto/config.toml
  sotto explain ads.example.org --json | jq -r '.rules[] | select(.decides) | .place.file'`;

const CACHE = `sotto cache [--config FILE]
sotto cache flush NAME [--suffix] [--config FILE]
sotto cache flush --all [--config FILE]

Alone it says what the running gateway's cache holds: answers, memory, and how many questions it answered.
"flush" takes answers out of it before their time, so that the next question is asked anew: for a name that has moved,
or one that failed and works again. Failures and expired answers that are kept for bad times go as well, and so does
what cache.persist has on the disk. What is on its way from the upstream meanwhile may still be kept.

  NAME            the name alone, all its types
  --suffix        NAME and everything below it
  --all           everything
  --config FILE   the gateway's configuration, to find its state directory

Examples
  sotto cache
  sotto cache flush www.example.org
  sotto cache flush example.org --suffix --config /etc/sotto/config.toml`;

const LISTS = `sotto lists [NAME] [--verbose] [--json] [--config FILE]
sotto lists update [NAME] [--config FILE]
sotto lists accept NAME [--config FILE]

Alone it says how the lists of the running gateway stand: state, format, size, when each changed last and when it is looked
at next. With NAME, or --verbose for all, it says more: what was left out and why, line by line.
"update" looks for new versions now and shows what becomes of them, until they are in force.
"accept" puts a version in force that is held back: one that would suddenly block much of what was answered in the last
hour, has lost much of its rules, or leads to addresses or names of its own as it never did ([[list]] hold_back).
docs/filter/rules.md teaches the formats, what of them is left out, and how your own rules are written.

  NAME            one list alone
  --verbose       all that is known of each
  --json          the same for programs
  --config FILE   the gateway's configuration, to find its state directory

Examples
  sotto lists
  sotto lists hagezi-pro
  sotto lists update --config /etc/sotto/config.toml

Exit code 0: done. 1: a list could not be brought up to date, its new version is held back, or no gateway runs.`;

const PAUSE = `sotto pause [DURATION] [--group NAME] [--config FILE]
sotto resume [--group NAME] [--config FILE]

"pause" with a DURATION lets the running gateway answer everything for that long, unfiltered; then it filters again by
itself, and "resume" ends it before. Alone it shows the groups: which are paused, and which schedule holds for each.
A pause takes the place of the one before, also where that was for one group and longer. It is kept in memory: a
gateway that is started again filters.

  DURATION        how long: 90s, 30m, 2h, 1h30m; a week at most
  --group NAME    for the clients of this [[group]] alone; "default" is everybody whom no group names
  --config FILE   the gateway's configuration, to find its state directory

Examples
  sotto pause 10m
  sotto pause 1h --group kids
  sotto resume`;

const PROFILE = `sotto profile [FILE] [--dot] [--name NAME] [--client ID] [--address ADDRESS]… [--only-ssid NETWORK]…
              [--except-ssid NETWORK]… [--except-domain DOMAIN]… [--only-domain DOMAIN]… [--unsigned] [--config FILE]

Writes a configuration profile (.mobileconfig) by which an iPhone, iPad or Mac asks this gateway, encrypted: over HTTPS,
or with --dot over TLS. The running gateway makes it, signs it with its certificate, and puts its local CA into it where
the certificate comes from there. Made again for the same name, client and protocol, it replaces the older one on
the device. Without FILE it goes to the standard output.

  --dot                    DNS over TLS (port 853) instead of DNS over HTTPS
  --name NAME              which name of the gateway; default: the best of its certificates
  --client ID              as this client, which a [[group]] can name; with --dot the certificate must have the name *.NAME
  --address ADDRESS        where the gateway is; default: the device looks up NAME, or, for a certificate from the local
                           CA, the gateway's addresses. Repeatable, as are the next four
  --only-ssid NETWORK      in this Wi-Fi alone the device asks this gateway, and elsewhere whoever is there: for a
                           profile with addresses of your own network
  --except-ssid NETWORK    in this Wi-Fi the device uses the network's own resolver, such as at home
  --except-domain DOMAIN   for this domain too, such as that of your company
  --only-domain DOMAIN     for this domain alone this gateway is asked
  --unsigned               plain XML, to read or to sign elsewhere
  --config FILE            the gateway's configuration, to find its state directory

Examples
  sotto profile phone.mobileconfig
  sotto profile phone.mobileconfig --except-ssid "Our home"`;

const DOCTOR = `sotto doctor [--config FILE] [--json]

Finds out why a device cannot connect, or cannot resolve names: is the gateway running, do its ports answer, is it the
certificate, the clock, the upstream, a blocklist, IPv6, or who may ask. Each finding is a line:

  ok       as it should be
  warn     works, though not for everybody, or not for long
  fail     this is why; the lines below it say what to do
  unknown  cannot be found out from this machine; the lines below it say how to test it
  skip     does not apply here, and why

It asks the running gateway as a client would, and its upstream over HTTPS; no question leaves this host in plain text.
Where no gateway runs, it looks at what the configuration says. It changes nothing, and takes 30 s at most.
Run it as root or as the user of the gateway, with the gateway's own configuration.

  --config FILE   the gateway's configuration; without it, the built-in defaults
  --json          all findings as JSON, for programs

Examples
  sotto doctor
  sotto doctor --config /etc/sotto/config.toml
  sotto doctor --json | jq '.findings[] | select(.verdict == "fail")'

Exit code 0: nothing fails. 1: something does. 2: wrong usage, or a configuration with faults.`;

const CERT = `sotto cert [--config FILE]
sotto cert issue [NAME] [--staging] [--config FILE]
sotto cert renew [NAME] [--config FILE]

Alone it shows each certificate of the running gateway: names, where it comes from, who signed it, when it ends, when
it is renewed next, and what went wrong last. Certificates of a CA (source = "acme") are ordered and renewed by
themselves; "issue" and "renew" do it now and show every step.

  issue           orders the certificates that have not arrived yet: to try again after a failure
  --staging       a rehearsal at Let's Encrypt's test environment, with the same proofs: nothing of it is kept, and it
                  does not count against the limits. Before the very first order, which the start makes by
                  itself, rehearse with directory = "letsencrypt-staging" instead
  renew           orders anew, even where the certificate is good. CAs allow that a few times a week
  NAME            one of the certificate's names; without it, all
  --config FILE   the gateway's configuration, to find its state directory

Examples
  sotto cert issue --staging
  sotto cert renew dns.example.org --config /etc/sotto/config.toml

Exit code 0: done. 1: an order failed; its last line says why.`;

export const HELP = `sotto: an encrypted DNS gateway

Devices ask it over plain DNS, DNS over TLS or DNS over HTTPS; it filters, answers from its cache, and asks its
upstream over HTTPS only: no plaintext leaves the host.

  sotto run       run the gateway
  sotto check     find every fault of a configuration
  sotto query     ask a question as a client
  sotto explain   what happens to a name, and why
  sotto cache     what the cache holds, and taking answers out of it
  sotto lists     the lists: how they stand, looking for new versions now, accepting one that is held back
  sotto pause     filtering off for a time, for all or one group; "sotto resume" ends it before
  sotto cert      the certificates: how they stand, ordering and renewing them now
  sotto doctor    why a device cannot connect, and what to do
  sotto profile   a configuration profile for iPhone, iPad and Mac

"sotto COMMAND --help" teaches each; in a clone, write "npx sotto". Start with "sotto run", then in another terminal:
  sotto query example.org

Exit codes: 0 done, 1 failed at run time, 2 wrong usage or configuration.`;

const BY_COMMAND: Readonly<Record<string, string>> = {
  run: RUN,
  check: CHECK,
  query: QUERY,
  explain: EXPLAIN,
  cache: CACHE,
  cert: CERT,
  lists: LISTS,
  pause: PAUSE,
  resume: PAUSE,
  doctor: DOCTOR,
  profile: PROFILE,
};

/** The help of one command; for other words that of the program. */
export function helpFor(command: string): string {
  return Object.hasOwn(BY_COMMAND, command) ? BY_COMMAND[command]! : HELP;
}
