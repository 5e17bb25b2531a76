// The two tables of rules, groups and live settings as they are in force, and how a change of them reaches every thread. Main thread.

import { BlockTable } from '../../memory/block-table/block-table.ts';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import type { RuleSource } from '../../memory/block-table/rule-model.ts';
import { releaseUnusedMemory } from '../../memory/release-unused.ts';
import type { LiveSettings, NameTables } from '../../plane-messages/thread-start.ts';
import type { CacheSettings } from '../../policy/cache-settings.ts';
import type { GroupMembers } from '../../policy/client-groups.ts';
import { DEFAULT_GROUP, type GroupPolicy } from '../../policy/group-policy.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { blockingUpstreamsAmong } from '../../policy/upstream-block.ts';
import type { PublishedTable } from '../lists/table-in-force.ts';
import type { Settings } from '../settings/settings.ts';
import type { ThreadPool } from './thread-pool.ts';

/** What threads begin with; they serve nobody before the first table is published. */
export function noTable(hashKey: Uint8Array): PublishedTable {
  const table = new BlockTableBuilder({ hashKey, contentId: '', sources: [] }).finish();
  return { table, listsComplete: false, listsInForce: [], contentId: '' };
}

/** Whoever knows what holds for each group now. */
export interface GroupSource {
  readonly members: GroupMembers;
  /** The first is the default group. */
  policies(tables: TableSources): readonly GroupPolicy[];
}

/** Sources by which groups choose, in the order of their table. */
export interface TableSources {
  readonly lists: readonly RuleSource[];
  readonly rules: readonly RuleSource[];
  /** Names of the lists that are in their table. */
  readonly listsInForce: ReadonlySet<string>;
}

export interface PolicyParts {
  readonly lists: PublishedTable;
  readonly rules: SharedArrayBuffer;
  readonly groups: GroupSource;
  readonly names: NameTables;
}

export class PolicyPublisher {
  readonly #access: LiveSettings['access'];
  readonly #cache: CacheSettings;
  readonly #dns64: LiveSettings['dns64'];
  readonly #blockingUpstreams: readonly string[];
  readonly #listErrorCodes: LiveSettings['listErrorCodes'];
  readonly #rebindingExceptions: LiveSettings['rebindingExceptions'];
  readonly #groupSource: GroupSource;
  #groups: readonly GroupPolicy[];
  #names: NameTables;
  #lists: PublishedTable;
  #rules: SharedArrayBuffer;
  #generation = 1;

  constructor(
    settings: Pick<Settings, 'access' | 'cache' | 'lists' | 'rebindingExceptions' | 'resolve' | 'upstreams'>,
    { lists, rules, groups, names }: PolicyParts,
  ) {
    this.#access = settings.access;
    this.#cache = settings.cache.rules;
    this.#dns64 = settings.resolve.dns64;
    this.#blockingUpstreams = blockingUpstreamsAmong(settings.upstreams);
    this.#listErrorCodes = settings.lists.flatMap(({ name, extendedErrorCode }) =>
      extendedErrorCode === undefined ? [] : [[name, extendedErrorCode] as const],
    );
    this.#rebindingExceptions = settings.rebindingExceptions;
    this.#groupSource = groups;
    this.#lists = lists;
    this.#rules = rules;
    this.#names = names;
    this.#groups = this.#policies();
  }

  get lists(): PublishedTable {
    return this.#lists;
  }

  get rules(): SharedArrayBuffer {
    return this.#rules;
  }

  get defaultGroup(): GroupPolicy {
    return this.#groups[DEFAULT_GROUP]!;
  }

  /** As the threads see them, made ready for deciding. */
  get tables(): PolicyTables {
    return new PolicyTables(this.#lists.table, this.#rules, this.#groups);
  }

  /** What a thread that starts now is given. */
  get live(): LiveSettings {
    return {
      groups: this.#groups,
      groupMembers: this.#groupSource.members,
      access: this.#access,
      cache: this.#cache,
      blockingUpstreams: this.#blockingUpstreams,
      ...this.#names,
      dns64: this.#dns64,
      listErrorCodes: this.#listErrorCodes,
      rebindingExceptions: this.#rebindingExceptions,
      policyGeneration: this.#generation,
    };
  }

  /** Puts new local names in force; resolves when every thread has them. What is cached stays as it was inspected. */
  async publishLocalNames(pool: ThreadPool, names: NameTables): Promise<void> {
    this.#names = names;
    await this.#publish(pool);
  }

  /** Puts a new table of the lists in force; resolves when every thread has it. */
  async publishLists(pool: ThreadPool, lists: PublishedTable): Promise<void> {
    this.#lists = lists;
    await this.publishGroups(pool);
    // Nobody waits for this thread, and reading a list has made its heap large.
    setImmediate(releaseUnusedMemory, 'thorough');
  }

  /** The same for the table of rules. */
  async publishRules(pool: ThreadPool, rules: SharedArrayBuffer): Promise<void> {
    this.#rules = rules;
    await this.publishGroups(pool);
  }

  /** Something else holds for a group now: a schedule began, filtering was paused. Resolves when every thread knows. */
  async publishGroups(pool: ThreadPool): Promise<void> {
    this.#groups = this.#policies();
    this.#generation++;
    await this.#publish(pool);
  }

  async #publish(pool: ThreadPool): Promise<void> {
    await pool.publish({ kind: 'policy', live: this.live, blockTable: this.#lists.table, rulesTable: this.#rules });
  }

  #policies(): readonly GroupPolicy[] {
    return this.#groupSource.policies({
      lists: new BlockTable(this.#lists.table).sources,
      rules: new BlockTable(this.#rules).sources,
      listsInForce: new Set(this.#lists.listsInForce),
    });
  }
}
