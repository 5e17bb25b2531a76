// Where a list is downloaded from.

import { isLoopback } from '../lists/loopback.ts';
import { quote, type Reading } from './settings-fault.ts';

const FORM = 'write "https://…", or file = "path" for a list on this machine';

/** The normalized URL: https, or http to this machine itself. */
export function readListUrl(text: string): Reading<string> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { wrong: `${quote(text)} is not a URL; ${FORM}` };
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return { wrong: `${quote(text)}: over http anyone on the way could change the list; ${FORM}` };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { wrong: `${quote(text)}: lists are not downloaded this way; ${FORM}` };
  if (url.username !== '' || url.password !== '')
    return { wrong: `${quote(url.host)}: a user or password in the URL is not supported` };
  return { value: url.href };
}
