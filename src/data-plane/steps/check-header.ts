// Silence for what is no query at all: less than a header, or a response (RFC 8906 section 2; answering one could loop).

import { FLAG_QR, HEADER_BYTES, readFlags } from '../../wire/header.ts';
import { VERDICT } from '../query.ts';
import type { Step } from '../step.ts';

export const checkHeader: Step = {
  name: 'check-header',
  run(query) {
    if (query.length < HEADER_BYTES) return VERDICT.DROP;
    return (readFlags(query.message) & FLAG_QR) === 0 ? VERDICT.PASS : VERDICT.DROP;
  },
};
