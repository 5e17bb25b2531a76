import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionShare } from './connection-share.ts';

test('connections of all threads and kinds together leave descriptors for everything else', () => {
  for (const descriptorLimit of [160, 256, 1_024, 4_096, 20_000, 524_288])
    for (const threads of [1, 2, 8, 64])
      for (const streamKinds of [0, 1, 3]) {
        const needs = { descriptorLimit, threads, sockets: 10 * threads, streamKinds };
        const share = connectionShare(needs);
        const said = JSON.stringify({ ...needs, share });
        assert.ok(Number.isInteger(share) && share >= 1, said);
        // With less than a connection for each thread nothing can be left.
        if (share > 1) assert.ok(share * threads * streamKinds <= descriptorLimit - 100, said);
      }
  const plenty = { threads: 8, sockets: 80, streamKinds: 3 };
  assert.ok(connectionShare({ ...plenty, descriptorLimit: 524_288 }) > 10_000);
  assert.equal(connectionShare({ ...plenty, descriptorLimit: Number.POSITIVE_INFINITY }), Number.POSITIVE_INFINITY);
});
