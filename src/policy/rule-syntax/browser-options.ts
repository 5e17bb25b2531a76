// Options that filters for browsers have and that say nothing a name server could follow: which part of a page asks, from which
// site, what is to be done with it.

const NAMES: ReadonlySet<string> = new Set(
  `third-party first-party strict-third-party strict-first-party 3p 1p strict3p strict1p match-case domain from to method app
   network header responseheader document doc all popup popunder subdocument frame script image media stylesheet css font object
   object-subrequest xmlhttprequest xhr websocket webrtc webtransport ping beacon other background inline-script inline-font
   elemhide ehide generichide ghide specifichide shide genericblock jsinject urlblock content extension stealth
   csp permissions replace cookie redirect redirect-rule rewrite removeparam queryprune urltransform uritransform urlskip
   removeheader hls jsonprune xmlprune referrerpolicy empty mp4 noop cname ipaddress reason sitekey`.split(/\s+/),
);

/** `~` in front makes the opposite of an option. */
export function isBrowserOption(name: string): boolean {
  return NAMES.has((name.startsWith('~') ? name.slice(1) : name).toLowerCase()) || /^_+$/.test(name);
}
