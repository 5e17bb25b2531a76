// The names of tables that stand several times: what logs, answers and other tables call them.

import { nearestKey } from './nearest-key.ts';
import { quote, type SettingsPath } from './settings-fault.ts';
import type { TableContext } from './table-reader.ts';

export const NAME_FORM = 'letters, digits, ".", "_" and "-", beginning with a letter or digit, at most 64';

/** Letter case makes no difference: a name may become one of a file, and some file systems do not tell it apart. */
export class UniqueNames {
  /** `list` for [[list]]. */
  readonly #table: string;
  readonly #context: TableContext;
  readonly #paths = new Map<string, SettingsPath>();

  constructor(table: string, context: TableContext) {
    this.#table = table;
    this.#context = context;
  }

  /** The name in the table at `path`, or undefined after its fault was noted. `proposed` stands in the advice where there is none. */
  read(written: string | undefined, path: SettingsPath, proposed: string): string | undefined {
    const { faults } = this.#context;
    const key = [...path, 'name'];
    if (written === undefined) {
      if (!faults.isFaulty(key))
        faults.fault(path, `has no name; write name = ${quote(proposed)}, which logs and answers show`);
      return undefined;
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(written)) {
      faults.fault(key, `${quote(written)} is not a ${this.#table} name; allowed: ${NAME_FORM}`);
      return undefined;
    }
    const folded = written.toLowerCase();
    const earlier = this.#paths.get(folded);
    if (earlier !== undefined)
      faults.fault(
        key,
        `${quote(written)} is already the name of ${this.#table}[${earlier[1]}]; give each ${this.#table} its own`,
      );
    else this.#paths.set(folded, path);
    return written;
  }
}

/** What tables are called, for those that pick some of them: also faulty ones, which have their fault already. */
export class NamedTables {
  readonly #table: string;
  /** Folded name -> index among the tables that are sound; -1: it is faulty, -2: several are called so. */
  readonly #indexes = new Map<string, number>();

  /** `names`: of the sound ones, in their order. `raw`: as the file has the tables. */
  constructor(table: string, names: readonly string[], raw: unknown) {
    this.#table = table;
    for (const written of writtenNames(raw)) this.#indexes.set(written, -1);
    for (const [index, name] of names.entries()) {
      const folded = name.toLowerCase();
      const isFirst = (this.#indexes.get(folded) ?? -1) === -1;
      this.#indexes.set(folded, isFirst ? index : -2);
    }
  }

  /** The index of the one that is meant; -1 after a fault was noted, here or there. */
  find(written: string, path: SettingsPath, context: TableContext): number {
    const index = this.#indexes.get(written.toLowerCase());
    if (index === undefined) context.faults.fault(path, this.#unknown(written));
    else if (index === -2)
      context.faults.fault(
        path,
        `several [[${this.#table}]] are called ${quote(written)}; give each a name = of its own`,
      );
    return index ?? -1;
  }

  #unknown(written: string): string {
    const names = [...this.#indexes.keys()];
    const nearest = nearestKey(written, names);
    const meant = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
    const known = names.length === 0 ? 'there is none' : `there are: ${names.slice(0, 20).join(', ')}`;
    return `there is no [[${this.#table}]] called ${quote(written)}${meant || ';'} ${known}`;
  }
}

function writtenNames(raw: unknown): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((table: unknown) => {
    const name = typeof table === 'object' && table !== null && 'name' in table ? table.name : undefined;
    return typeof name === 'string' ? [name.toLowerCase()] : [];
  });
}
