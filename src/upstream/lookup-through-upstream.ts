// The `lookup` option of net, tls and undici, so that an HTTP client of ours resolves names through our own upstream.

import type { LookupFunction } from 'node:net';
import { ResolutionError, resolveName } from './resolve-name.ts';
import type { AnswersQuestions } from './upstream.ts';

/** Every HTTP client of the process gets this: without a lookup of ours, Node would ask the system's resolver in the clear. */
export function lookupThroughUpstream(upstream: AnswersQuestions): LookupFunction {
  return (hostName, options, callback) => {
    // nextTick: what the callback throws is the caller's, not a rejection of ours.
    const fail = (error: Error): void => process.nextTick(callback, error, '', 0);
    resolveName(upstream, hostName).then((all) => {
      const family = Number(String(options.family ?? 0).replace('IPv', ''));
      const found = all
        .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
        .filter((one) => family === 0 || one.family === family);
      const first = found[0];
      if (first === undefined) fail(new ResolutionError('ENOTFOUND', `${hostName}: no IPv${family} address`));
      else if (options.all) process.nextTick(callback, null, found);
      else process.nextTick(callback, null, first.address, first.family);
    }, fail);
  };
}
