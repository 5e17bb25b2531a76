import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import type { RuleCondition } from '../../memory/block-table/rule-model.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { CompiledConditions } from './compiled-conditions.ts';

const hasher = new NameHasher(Uint8Array.from({ length: 16 }, (_, index) => index));
const GROUPS = [
  { name: 'everybody', tags: [] },
  { name: 'Kids', tags: ['device_phone', 'user_child'] },
  { name: 'office', tags: ['device_pc'] },
];

interface Asked {
  readonly address?: string;
  readonly clientId?: string;
  readonly group?: number;
  readonly type?: number;
  readonly name?: string;
}

function holds(condition: RuleCondition, asked: Asked): boolean {
  const { address = '192.0.2.1', clientId = '', group = 0, type = TYPE.A, name = 'www.example.com' } = asked;
  const clientAddress = new Uint8Array(16);
  assert.ok(parseAddress(address, clientAddress));
  const wire = nameFromText(name)!;
  hasher.hash(wire, wire.length);
  const conditions = new CompiledConditions([condition], GROUPS);
  return conditions.holds(1, { clientAddress, clientId, groupIndex: group }, type, wire, wire.length, hasher);
}

const rows: readonly (readonly [string, RuleCondition, readonly Asked[], readonly Asked[]])[] = [
  ['nothing asked for', {}, [{}], []],
  ['types', { types: { except: false, numbers: [TYPE.AAAA, 65_535] } }, [{ type: TYPE.AAAA }, { type: 65_535 }], [{}]],
  ['all types but some', { types: { except: true, numbers: [TYPE.AAAA] } }, [{}], [{ type: TYPE.AAAA }]],
  [
    'client IDs in any letter case',
    { clients: { only: ['Phone', 'laptop'], except: [] } },
    [{ clientId: 'phone' }, { clientId: 'laptop', group: 2 }],
    [{}, { clientId: 'tv' }],
  ],
  ['the name of a group', { clients: { only: ['kids'], except: [] } }, [{ group: 1 }], [{}, { group: 2 }]],
  ['a group left out', { clients: { only: [], except: ['Kids'] } }, [{}, { group: 2 }], [{ group: 1 }]],
  [
    'addresses and networks of both families',
    { clients: { only: ['192.0.2.7', '198.51.100.0/24', '2001:db8::/32'], except: [] } },
    [{ address: '192.0.2.7' }, { address: '198.51.100.99' }, { address: '2001:db8:1::5' }],
    [{ address: '192.0.2.8' }, { address: '198.51.101.1' }, { address: '2001:db9::1' }],
  ],
  [
    'a network with bits behind its prefix',
    { clients: { only: ['10.1.2.3/8'], except: [] } },
    [{ address: '10.9.9.9' }],
    [{}],
  ],
  [
    'one of these and none of those',
    { clients: { only: ['192.0.2.0/24'], except: ['192.0.2.7', 'tv'] } },
    [{}],
    [{ address: '192.0.2.7' }, { clientId: 'tv' }, { address: '203.0.113.1' }],
  ],
  [
    'a client that nobody can be',
    { clients: { only: ['aa:bb:cc:dd:ee:ff', '192.0.2.0/33', ''], except: [] } },
    [],
    [{}, { address: '192.0.2.0' }],
  ],
  ['tags', { tags: { only: ['user_child', 'device_tv'], except: [] } }, [{ group: 1 }], [{}, { group: 2 }]],
  ['tags left out', { tags: { only: [], except: ['device_pc'] } }, [{}, { group: 1 }], [{ group: 2 }]],
  ['tags wanted and left out', { tags: { only: ['device_phone'], except: ['user_child'] } }, [], [{ group: 1 }, {}]],
  [
    'names that are not covered, nor what is below them',
    { denyAllow: ['example.com', 'b.test', '.', 'no name'] },
    [{ name: 'com' }, { name: 'xexample.com' }, { name: 'example.com.test' }, { name: 'a.test' }],
    [{ name: 'example.com' }, { name: 'www.example.com' }, { name: 'b.test' }, { name: 'a.a.b.test' }],
  ],
  [
    'all of several',
    { types: { except: false, numbers: [TYPE.A] }, tags: { only: ['user_child'], except: [] }, denyAllow: ['test'] },
    [{ group: 1 }],
    [{}, { group: 1, type: TYPE.AAAA }, { group: 1, name: 'a.test' }],
  ],
];

for (const [what, condition, where, elsewhere] of rows) {
  describe(`a condition with ${what}`, () => {
    for (const asked of where)
      test(`holds for ${JSON.stringify(asked)}`, () => assert.equal(holds(condition, asked), true));
    for (const asked of elsewhere)
      test(`does not hold for ${JSON.stringify(asked)}`, () => assert.equal(holds(condition, asked), false));
  });
}

test('number 0 is no condition and holds; a number that does not exist makes its rule go away', () => {
  const conditions = new CompiledConditions([{}], GROUPS);
  const asker = { clientAddress: new Uint8Array(16), clientId: '', groupIndex: 0 };
  const name = nameFromText('a')!;
  hasher.hash(name, name.length);
  assert.equal(conditions.holds(0, asker, 1, name, name.length, hasher), true);
  assert.equal(conditions.holds(1, asker, 1, name, name.length, hasher), true);
  assert.equal(conditions.holds(2, asker, 1, name, name.length, hasher), false);
});

test('a group that the conditions were not made for has no tags and no name', () => {
  assert.equal(holds({ tags: { only: ['user_child'], except: [] } }, { group: 9 }), false);
  assert.equal(holds({ clients: { only: ['kids'], except: [] } }, { group: 9 }), false);
});

test('exceptions that only lift rules with a response are told apart', () => {
  const conditions = new CompiledConditions([{}, { liftsResponsesOnly: true }], GROUPS);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => conditions.liftsResponsesOnly(index)),
    [false, false, true, false],
  );
});

test('names that are not covered are compared label by label', () => {
  const label = fc.constantFrom('a', 'b', 'ab', 'ba');
  const names = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const property = fc.property(fc.array(names, { minLength: 1, maxLength: 4 }), names, (denyAllow, name) => {
    const isCovered = denyAllow.some((other) => name === other || name.endsWith(`.${other}`));
    assert.equal(holds({ denyAllow }, { name }), !isCovered, `${name} but ${denyAllow.join()}`);
  });
  fc.assert(property, { seed: 20_261_122, numRuns: 1000 });
});

test('asking a condition allocates nothing', (context) => {
  const allocatedBytes = () => (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
  if (allocatedBytes() === undefined) return context.skip('this Node.js does not count allocated bytes');
  const everything: RuleCondition = {
    types: { except: true, numbers: [TYPE.AAAA] },
    clients: { only: ['phone', '192.0.2.0/24'], except: ['2001:db8::/32', 'tv'] },
    tags: { only: [], except: ['device_pc'] },
    denyAllow: ['example.org', 'test'],
  };
  const conditions = new CompiledConditions([everything], GROUPS);
  const clientAddress = new Uint8Array(16);
  parseAddress('192.0.2.1', clientAddress);
  const asker = { clientAddress, clientId: 'desk', groupIndex: 0 };
  const name = nameFromText('www.example.com')!;
  hasher.hash(name, name.length);
  const calls = 100_000;
  let least = Number.POSITIVE_INFINITY;
  // V8 counts in steps of its allocation buffers, and the first rounds run before the compiler has settled.
  for (let round = 0; round < 20 && least > 4 * calls; round++) {
    const before = allocatedBytes()!;
    let held = 0;
    for (let call = 0; call < calls; call++) {
      if (conditions.holds(1, asker, TYPE.A, name, name.length, hasher)) held++;
    }
    least = Math.min(least, allocatedBytes()! - before);
    assert.equal(held, calls);
  }
  assert.ok(least <= 4 * calls, `${least} octets in ${calls} calls`);
});
