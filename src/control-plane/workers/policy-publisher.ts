// Block table and live settings as they are in force, and how a change of them reaches every thread. Main thread.

import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { releaseUnusedMemory } from '../../memory/release-unused.ts';
import type { LiveSettings, NameTables } from '../../plane-messages/thread-start.ts';
import type { CacheSettings } from '../../policy/cache-settings.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import type { PublishedTable } from '../lists/table-in-force.ts';
import type { Settings } from '../settings/settings.ts';
import type { ThreadPool } from './thread-pool.ts';

/** What threads begin with; they serve nobody before the first table is published. */
export function noTable(hashKey: Uint8Array): PublishedTable {
  const table = new BlockTableBuilder({ hashKey, contentId: '', sources: [] }).finish();
  return { table, listsComplete: false, contentId: '' };
}

export class PolicyPublisher {
  readonly #access: LiveSettings['access'];
  readonly policy: PolicySettings;
  readonly #cache: CacheSettings;
  readonly #dns64: LiveSettings['dns64'];
  readonly #blockingUpstreams: readonly string[];
  #names: NameTables;
  #table: PublishedTable;
  #generation = 1;

  constructor(
    settings: Pick<Settings, 'access' | 'cache' | 'policy' | 'resolve' | 'upstreams'>,
    table: PublishedTable,
    names: NameTables,
  ) {
    this.#access = settings.access;
    this.policy = settings.policy;
    this.#cache = settings.cache.rules;
    this.#dns64 = settings.resolve.dns64;
    this.#blockingUpstreams = settings.upstreams
      .filter(({ blockSignal }) => blockSignal === true)
      .map(({ name }) => name);
    this.#table = table;
    this.#names = names;
  }

  get table(): PublishedTable {
    return this.#table;
  }

  /** What a thread that starts now is given. */
  get live(): LiveSettings {
    return {
      policy: this.policy,
      access: this.#access,
      cache: this.#cache,
      blockingUpstreams: this.#blockingUpstreams,
      ...this.#names,
      dns64: this.#dns64,
      listsComplete: this.#table.listsComplete,
      policyGeneration: this.#generation,
    };
  }

  /** Puts new local names in force; resolves when every thread has them. What is cached stays as it was inspected. */
  async publishLocalNames(pool: ThreadPool, names: NameTables): Promise<void> {
    this.#names = names;
    await pool.publish({ kind: 'policy', live: this.live, blockTable: this.#table.table });
  }

  /** Puts a new table in force; resolves when every thread has it. */
  async publish(pool: ThreadPool, table: PublishedTable): Promise<void> {
    this.#table = table;
    this.#generation++;
    await pool.publish({ kind: 'policy', live: this.live, blockTable: table.table });
    // Nobody waits for this thread, and reading a list has made its heap large.
    setImmediate(releaseUnusedMemory, 'thorough');
  }
}
