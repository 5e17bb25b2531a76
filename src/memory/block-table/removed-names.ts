// Builder side: rules that another line takes back (`$badfilter`), whichever came first. They are taken out when all names are there.

import type { NameIndex } from './name-index.ts';
import { type RuleItems, TOO_MANY } from './rule-items.ts';
import type { RuleShape, Scope } from './rule-model.ts';
import type { RuleSets } from './rule-sets.ts';

/** Whose rules a removal takes back: everybody's. */
export const EVERY_SOURCE = -1;

interface RemovedName {
  readonly hash: number;
  readonly name: Uint8Array;
  readonly scope: Scope;
  readonly shape: RuleShape;
  readonly source: number;
}

/** A name with a set of less rules. */
export type ChangeSet = (removed: { readonly hash: number; readonly name: Uint8Array }, set: number) => void;

export class RemovedNames {
  readonly #removed: RemovedName[] = [];

  /** `name`: copied. `hash`: its 32 bits, unsigned. */
  add(hash: number, name: Uint8Array, scope: Scope, shape: RuleShape, source: number): void {
    this.#removed.push({ hash, name: name.slice(), scope, shape, source });
  }

  applyTo(index: NameIndex, sets: RuleSets, items: RuleItems, changeSet: ChangeSet): void {
    for (const removed of this.#removed) {
      const reference = index.find(removed.hash, removed.name, removed.name.length);
      if (reference === 0) continue;
      const known = index.arena.set(reference);
      const left = sets.changed(known, (item) => whatIsLeft(item, removed, items));
      if (left !== known) changeSet(removed, left);
    }
  }
}

/** The item itself, one with less records, or undefined where nothing of it is left. */
function whatIsLeft(item: number, { scope, shape, source }: RemovedName, items: RuleItems): number | undefined {
  if (source !== EVERY_SOURCE && items.source(item) !== source) return item;
  if (items.scope(item) !== scope || items.ruleClass(item) !== shape.class) return item;
  const { response, ...rest } = shape;
  const numbers = items.knownNumbersOf(rest);
  if (numbers === undefined || items.condition(item) !== numbers.condition) return item;
  if (response?.kind !== 'records')
    return items.response(item) === (items.knownNumbersOf(shape)?.response ?? TOO_MANY) ? undefined : item;
  // Records that several lines gave are one response: what is taken back may be one of them.
  const given = items.responses[items.response(item) - 1];
  if (given?.kind !== 'records' || given.isBlock !== response.isBlock) return item;
  const records = given.records.filter(
    ({ type, rdataHex }) =>
      !response.records.some((gone) => gone.type === type && gone.rdataHex.toLowerCase() === rdataHex.toLowerCase()),
  );
  if (records.length === given.records.length) return item;
  if (records.length === 0) return undefined;
  const fewer = items.itemOf(items.source(item), scope, { ...shape, response: { ...given, records } });
  return fewer === TOO_MANY ? item : fewer;
}
