// Looks at the cookie that a client shows (RFC 7873). Where cookies are required, a client on UDP that has none of ours yet gets
// one, and no answer. Not called where none is shown.

import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { NO_TEXT, OUTCOME, VERDICT } from '../query.ts';
import { replyError } from '../refusals.ts';
import type { ServerCookies } from '../server-cookies.ts';
import type { Step } from '../step.ts';

export function checkCookie(cookies: ServerCookies): Step {
  return {
    name: 'check-cookie',
    run(query) {
      cookies.judge(query);
      if (!cookies.demandsAnother(query)) return VERDICT.PASS;
      // Without words: they would be sent to addresses that may be forged.
      return replyError(query, OUTCOME.ACCESS_REFUSED, RCODE.BADCOOKIE, EXTENDED_ERROR.OTHER, NO_TEXT);
    },
  };
}
