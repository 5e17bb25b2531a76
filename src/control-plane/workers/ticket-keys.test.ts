import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TicketKeys } from './ticket-keys.ts';

const DAY_MILLISECONDS = 86_400_000;
const hexOf = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

describe('the keys that TLS sessions are sealed with', () => {
  test('P15 are replaced once a day, for running threads and for those that start later', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const keys = new TicketKeys();
    const first = hexOf(keys.inForce);
    const published: string[] = [];
    keys.start(async (ticketKeys) => void published.push(hexOf(ticketKeys)));
    t.mock.timers.tick(DAY_MILLISECONDS - 1);
    assert.deepEqual([hexOf(keys.inForce), published], [first, []]);
    t.mock.timers.tick(1);
    assert.deepEqual(published, [hexOf(keys.inForce)]);
    t.mock.timers.tick(DAY_MILLISECONDS);
    assert.equal(new Set([first, ...published]).size, 3);
    keys.stop();
    t.mock.timers.tick(DAY_MILLISECONDS);
    assert.equal(published.length, 2);
  });

  test('are 48 octets that no other start has', () => {
    const [one, other] = [new TicketKeys(), new TicketKeys()];
    assert.equal(one.inForce.length, 48);
    assert.notEqual(hexOf(one.inForce), hexOf(other.inForce));
  });
});
