// HTTP-01 (RFC 8555 section 8.3): the CA fetches a token from port 80, where a listener of the main thread has it in a map.

import type { Challenge } from './challenge.ts';

/** `tokens`: what that listener answers with. */
export function http01(tokens: Map<string, string>): Challenge {
  return {
    kind: 'http-01',
    async prepare(tasks) {
      for (const { token, proof } of tasks) tokens.set(token, proof);
      return async () => {
        for (const { token } of tasks) tokens.delete(token);
      };
    },
  };
}
