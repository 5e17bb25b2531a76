// Looks at the cookie of a client that shows one (RFC 7873). Where cookies are required, a client on UDP that has none of ours
// yet gets one, and no answer.

import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { OPTION_BIT } from '../../wire/query-option.ts';
import { OUTCOME, VERDICT } from '../query.ts';
import { replyError } from '../refusals.ts';
import type { ServerCookies } from '../server-cookies.ts';
import type { Step } from '../step.ts';

const TEXT = new TextEncoder().encode('ask again with the cookie of this reply');
export function checkCookie(cookies: ServerCookies): Step {
  return {
    name: 'check-cookie',
    run(query) {
      if ((query.facts.options & OPTION_BIT.COOKIE) === 0) return VERDICT.PASS;
      cookies.judge(query);
      if (!cookies.demandsAnother(query)) return VERDICT.PASS;
      return replyError(query, OUTCOME.ACCESS_REFUSED, RCODE.BADCOOKIE, EXTENDED_ERROR.OTHER, TEXT);
    },
  };
}
