// The conditions of a table's rules, ready to be asked. One per table, groups and thread; what they say of groups and their tags is worked
// out for every group beforehand.

import type { RuleCondition } from '../../memory/block-table/rule-model.ts';
import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import type { Asker } from '../asker.ts';
import { compileClients, type ClientCondition } from './client-condition.ts';
import { DenyAllowNames } from './deny-allow-names.ts';
import { groupsWithTags } from './groups-with-tags.ts';

/** What a condition says of groups. */
export interface ConditionGroup {
  readonly name: string;
  readonly tags: readonly string[];
}

export class CompiledConditions {
  readonly #written: readonly RuleCondition[];
  readonly #groups: readonly ConditionGroup[];
  /** Made when a rule first asks: a list has thousands, and names of few of them are ever asked for. */
  readonly #conditions: (CompiledCondition | undefined)[];
  /** Some condition says which clients it holds for. */
  readonly nameClients: boolean;
  /** Set where an answer hung on more than the asker's group; cleared by whoever wants to know. */
  hungOnClient = false;

  /** `groups`: those of the live settings, by index. */
  constructor(conditions: readonly RuleCondition[], groups: readonly ConditionGroup[]) {
    this.#written = conditions;
    this.#groups = groups.map(({ name, tags }) => ({ name, tags }));
    this.#conditions = new Array<undefined>(conditions.length).fill(undefined);
    this.nameClients = conditions.some(({ clients }) => clients !== undefined);
  }

  /**
   * Whether all that the condition asks for is true. `index`: 1 for the first condition, 0 for none, which holds always. `name`:
   * lower-case wire name, last given to `hasher`. Allocates nothing but where the condition is asked for the first time.
   */
  holds(index: number, asker: Asker, type: number, name: Uint8Array, nameLength: number, hasher: NameHasher): boolean {
    if (index === 0) return true;
    // A number that is none can only come from a damaged table: such a rule is not there.
    if (index > this.#conditions.length) return false;
    const condition = this.#conditions[index - 1] ?? this.#compile(index - 1, hasher);
    const { types, groups, clients, denyAllow } = condition;
    if (types !== undefined && types.includes(type) === condition.isExceptTypes) return false;
    if (groups !== undefined && groups[asker.groupIndex] !== 1) return false;
    if (clients !== undefined) {
      this.hungOnClient = true;
      if (!clients.holds(asker)) return false;
    }
    return denyAllow === undefined || !denyAllow.covers(name, nameLength, hasher);
  }

  /** Whether a rule with this condition only lifts rules that have a response of their own. */
  liftsResponsesOnly(index: number): boolean {
    return index > 0 && index <= this.#written.length && this.#written[index - 1]!.liftsResponsesOnly === true;
  }

  /** Whether these groups are those that it was made for, as far as conditions can tell. */
  isFor(groups: readonly ConditionGroup[]): boolean {
    return (
      groups.length === this.#groups.length && groups.every((group, index) => isAlike(group, this.#groups[index]!))
    );
  }

  #compile(at: number, hasher: NameHasher): CompiledCondition {
    const compiled = new CompiledCondition(this.#written[at]!, this.#groups, hasher);
    this.#conditions[at] = compiled;
    return compiled;
  }
}

function isAlike(one: ConditionGroup, other: ConditionGroup): boolean {
  return (
    one.name === other.name &&
    one.tags.length === other.tags.length &&
    one.tags.every((tag, index) => tag === other.tags[index])
  );
}

class CompiledCondition {
  readonly types: Uint16Array | undefined;
  /** The types are those it does not hold for. */
  readonly isExceptTypes: boolean;
  /** By group index: 1 where the tags are right. */
  readonly groups: Uint8Array | undefined;
  readonly clients: ClientCondition | undefined;
  readonly denyAllow: DenyAllowNames | undefined;

  constructor(condition: RuleCondition, groups: readonly ConditionGroup[], hasher: NameHasher) {
    const { types, tags, clients, denyAllow } = condition;
    this.types = types && Uint16Array.from(types.numbers);
    this.isExceptTypes = types?.except ?? false;
    this.groups = tags && groupsWithTags(tags, groups);
    this.clients = clients && compileClients(clients, groups);
    this.denyAllow = denyAllow && new DenyAllowNames(denyAllow, hasher);
  }
}
