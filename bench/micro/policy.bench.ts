// Hash, local names, the decision about a name, and who may ask.

import { compileLocalNames } from '../../src/control-plane/local-names/compile-local-names.ts';
import { LocalMatch, LocalNames } from '../../src/memory/local-names/local-names.ts';
import { NameHasher } from '../../src/memory/name-hash/name-hasher.ts';
import { AccessList, parseAccessEntry } from '../../src/policy/access-list.ts';
import { Decision, decide } from '../../src/policy/decide.ts';
import { PolicyTables } from '../../src/policy/policy-tables.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { NO_LOCAL_SETTINGS } from '../../test/fixtures/local-settings.ts';
import { ANYBODY, noRules, testGroup } from '../../test/fixtures/policy.ts';
import { clientNames, HASH_KEY, listedNames, tableOf } from './bench-data.ts';
import { addressOf } from './bench-handler.ts';
import type { MicroBench } from './micro-bench.ts';

const MASK = 511;
const RULES = 200_000;
const listed = listedNames(RULES);
const isListed = new Set(listed);
const group = testGroup();
const policy = new PolicyTables(tableOf(listed), noRules(HASH_KEY), [group]);
const unlistedNames = clientNames(5000)
  .filter((name) => !isListed.has(name))
  .slice(0, MASK + 1)
  .map((text) => nameFromText(text)!);
const listedInWire = listed
  .filter((_, index) => index % 311 === 0)
  .slice(0, MASK + 1)
  .map((text) => nameFromText(text)!);
const hasher = new NameHasher(HASH_KEY);
const decision = new Decision();
const localNames = new LocalNames(compileLocalNames(NO_LOCAL_SETTINGS, HASH_KEY).table);
const match = new LocalMatch();
const access = new AccessList(['loopback', 'private'].flatMap((entry) => parseAccessEntry(entry) as never));

function hashAndDecide(name: string, names: readonly Uint8Array[]): MicroBench {
  return {
    name,
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        const wireName = names[i & MASK]!;
        hasher.hash(wireName, wireName.length);
        decide(policy, group, ANYBODY, wireName, wireName.length, 1, hasher, decision);
        sum += decision.action;
      }
      return sum;
    },
  };
}

function permits(text: string): MicroBench {
  const address = addressOf(text);
  return {
    name: `AccessList.permits ${text}`,
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) sum += access.permits(address) ? 1 : 0;
      return sum;
    },
  };
}

export const benches: readonly MicroBench[] = [
  {
    name: 'NameHasher.hash',
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        const name = unlistedNames[i & MASK]!;
        hasher.hash(name, name.length);
        sum ^= hasher.fullLow;
      }
      return sum;
    },
  },
  {
    name: 'NameHasher.hash + LocalNames.find',
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        const name = unlistedNames[i & MASK]!;
        hasher.hash(name, name.length);
        localNames.find(name, name.length, 1, hasher, match);
        sum += match.outcome;
      }
      return sum;
    },
  },
  hashAndDecide('NameHasher.hash + decide, not listed', unlistedNames),
  hashAndDecide('NameHasher.hash + decide, listed', listedInWire),
  permits('127.0.0.1'),
  permits('192.168.1.2'),
  permits('fe80::1'),
  permits('203.0.113.5'),
];
