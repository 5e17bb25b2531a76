// Block table and live settings as they are in force, and how a change of them reaches every thread. Main thread.

import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { releaseUnusedMemory } from '../../memory/release-unused.ts';
import type { LiveSettings } from '../../plane-messages/thread-start.ts';
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
  #table: PublishedTable;
  #generation = 1;

  constructor(settings: Pick<Settings, 'access' | 'policy'>, table: PublishedTable) {
    this.#access = settings.access;
    this.policy = settings.policy;
    this.#table = table;
  }

  get table(): PublishedTable {
    return this.#table;
  }

  /** What a thread that starts now is given. */
  get live(): LiveSettings {
    return {
      policy: this.policy,
      access: this.#access,
      listsComplete: this.#table.listsComplete,
      policyGeneration: this.#generation,
    };
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
