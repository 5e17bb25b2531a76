// The URL of an upstream server: DNS over HTTPS and nothing else.

import { quote, type Reading } from './settings-fault.ts';

const FORM = 'write "https://name/dns-query"';

export function readUpstreamUrl(text: string): Reading<URL> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'tls') return { wrong: `${quote(text)}: DNS over TLS upstreams come in a later version; ${FORM}` };
  if (scheme === 'http') return { wrong: `${quote(text)} would send questions in plain text; ${FORM}` };
  if (scheme !== 'https' || !/^https:\/\//i.test(text))
    return { wrong: `${quote(text)} is not the URL of a DNS over HTTPS server; ${FORM}` };
  if (/[{}]/.test(text))
    return { wrong: `${quote(text)}: leave out the part in braces; questions are sent to it by GET` };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { wrong: `${quote(text)} is not a URL; ${FORM}` };
  }
  if (url.username !== '' || url.password !== '')
    return { wrong: `${quote(url.host)}: a user or password in the URL is not supported` };
  if (url.hash !== '') return { wrong: `${quote(text)}: leave out the part from # on` };
  if (url.port === '0') return { wrong: `${quote(text)}: port 0 does not exist` };
  if (url.hostname.endsWith('.')) return { wrong: `${quote(text)}: leave out the dot at the end of the name` };
  return { value: url };
}
