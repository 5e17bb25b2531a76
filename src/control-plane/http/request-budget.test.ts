import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAddress } from '../../wire/ip-address.ts';
import { RequestBudget } from './request-budget.ts';

function octets(text: string): Uint8Array {
  const address = new Uint8Array(16);
  assert.ok(parseAddress(text, address));
  return address;
}

test('a client has its share in a second and leaves the rest to others', () => {
  const budget = new RequestBudget({ perSecond: 5, perSecondOfClient: 3 });
  const takes = (address: string, now: number) => budget.take(octets(address), now);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => takes('192.0.2.1', 1_000)),
    [true, true, true, false],
  );
  assert.deepEqual(
    [1, 2, 3].map(() => takes('192.0.2.2', 1_500)),
    [true, true, false],
  );
  assert.equal(takes('192.0.2.1', 2_000), true, 'in the next second there is a new share');
});

test('all the addresses of one IPv6 network are one client', () => {
  const budget = new RequestBudget({ perSecond: 10, perSecondOfClient: 2 });
  const takes = (address: string) => budget.take(octets(address), 0);
  assert.deepEqual(['2001:db8::1', '2001:db8::2', '2001:db8::3'].map(takes), [true, true, false]);
  assert.equal(takes('2001:db8:0:1::1'), true);
});

test('however many ask, no second hears more than it has', () => {
  const asked = fc.array(fc.record({ last: fc.nat(255), pause: fc.nat(40) }), { maxLength: 400 });
  fc.assert(
    fc.property(asked, (requests) => {
      const budget = new RequestBudget({ perSecond: 20, perSecondOfClient: 4 });
      const heard = new Map<number, number>();
      let now = 0;
      for (const { last, pause } of requests) {
        now += pause;
        const second = Math.floor(now / 1_000);
        if (budget.take(octets(`192.0.2.${last}`), now)) heard.set(second, (heard.get(second) ?? 0) + 1);
      }
      for (const count of heard.values()) assert.ok(count <= 20);
    }),
    { seed: 21 },
  );
});
