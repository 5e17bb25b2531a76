// Keeps the table of rules as the settings and policy.rules_file say it is: watches the file, and publishes what has changed. Main
// thread.

import { FileWatch, signatureOf } from '../file-watch/file-watch.ts';
import { parseRule } from '../../policy/rule.ts';
import type { Settings } from '../settings/settings.ts';
import { runAtOnce, runInSlices, type Sliced } from '../local-names/slices.ts';
import { buildingRulesTable, RULES_FILE_SOURCE, type RuleSupply } from './build-rules-table.ts';
import { leftOutText } from './left-out-rules.ts';
import type { OwnRule } from './own-rule.ts';
import { RulesFile, type RulesLog, rulesText } from './rules-file.ts';

/** A file that was emptied is being written anew, or else is meant so. */
const EMPTY_RESTS_MILLISECONDS = 2_000;

export interface RulesKeeperParts {
  readonly settings: Pick<Settings, 'rules' | 'rulesFile' | 'configFile'>;
  /** 16 octets, the installation's hash key. */
  readonly hashKey: Uint8Array;
  /** Rules of groups, services, safe search. */
  readonly groupSupplies: readonly RuleSupply[];
  readonly log: RulesLog;
}

export class RulesKeeper {
  readonly #parts: RulesKeeperParts;
  readonly #rules: readonly OwnRule[];
  readonly #file: RulesFile | undefined;
  readonly #firstSignature: string;
  #table: SharedArrayBuffer;
  #watch: FileWatch | undefined;
  #publish: ((table: SharedArrayBuffer) => Promise<void>) | undefined;
  #hasChanged = false;
  #emptyRests: NodeJS.Timeout | undefined;
  #isFollowing = false;
  #toldLeftOut = '';
  /** Rules of the file that are in the table. */
  #fileRulesInTable = 0;

  /** Reads the file: nothing is answered before. */
  constructor(parts: RulesKeeperParts) {
    this.#parts = parts;
    const { rules, rulesFile } = parts.settings;
    this.#rules = rules.flatMap(({ text, line }) => {
      const rule = parseRule(text);
      // The settings have been checked: a rule that cannot be read never gets here.
      return typeof rule === 'string' ? [] : [{ text, rule, line }];
    });
    this.#file = rulesFile === undefined ? undefined : new RulesFile(rulesFile);
    this.#firstSignature = rulesFile === undefined ? '' : signatureOf([rulesFile]);
    if (this.#file !== undefined) runAtOnce(this.#file.refresh(parts.log));
    this.#table = runAtOnce(this.#build());
  }

  get table(): SharedArrayBuffer {
    return this.#table;
  }

  /** Texts of the rules that take rules of lists away. */
  get removals(): readonly string[] {
    return [...this.#rules, ...(this.#file?.rules ?? [])].flatMap(({ rule, text }) => (rule.removes ? [text] : []));
  }

  /** From now on changes of the file are published. */
  start(publish: (table: SharedArrayBuffer) => Promise<void>): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#publish = publish;
    const onChange = () => {
      clearTimeout(this.#emptyRests);
      void this.#follow(file);
    };
    this.#watch = new FileWatch([file.path], onChange, { since: this.#firstSignature });
  }

  stop(): void {
    this.#publish = undefined;
    this.#watch?.stop();
    clearTimeout(this.#emptyRests);
  }

  /** What changes while the file is read is read right after. */
  async #follow(file: RulesFile, mayBeEmptied = false): Promise<void> {
    this.#hasChanged = true;
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    // What comes in between is another change, which has not rested.
    for (let isFirst = true; this.#hasChanged && this.#publish !== undefined; isFirst = false) {
      this.#hasChanged = false;
      try {
        await this.#renew(file, this.#publish, mayBeEmptied && isFirst);
      } catch (error) {
        this.#parts.log('warn', `the rules of ${file.path} could not be put in force: ${String(error)}`);
      }
    }
    this.#isFollowing = false;
  }

  /** In slices: a long file is no reason for anything else to wait. */
  async #renew(
    file: RulesFile,
    publish: (table: SharedArrayBuffer) => Promise<void>,
    mayBeEmptied: boolean,
  ): Promise<void> {
    const look = await runInSlices(file.refresh(this.#parts.log, mayBeEmptied));
    if (look === 'emptied') this.#waitForEmpty(file);
    if (look !== 'changed') return;
    this.#table = await runInSlices(this.#build());
    if (this.#publish === undefined) return;
    const inTable = this.#fileRulesInTable;
    await publish(this.#table);
    this.#parts.log('info', `${file.path}: ${rulesText(inTable)} in force`);
  }

  #waitForEmpty(file: RulesFile): void {
    this.#parts.log('debug', `${file.path} is empty; its rules stay in force unless it stays so`);
    clearTimeout(this.#emptyRests);
    this.#emptyRests = setTimeout(() => void this.#follow(file, true), EMPTY_RESTS_MILLISECONDS).unref();
  }

  *#build(): Sliced<SharedArrayBuffer> {
    const { hashKey, groupSupplies, log } = this.#parts;
    const parts = { hashKey, rules: this.#rules, fileRules: this.#file?.rules ?? [], groupSupplies };
    const { table, leftOut } = yield* buildingRulesTable(parts);
    const told = [...leftOut].map(([source, rules]) => leftOutText(this.#placeOf(source), rules)).join('; ');
    if (told !== '' && told !== this.#toldLeftOut) log('warn', `rules that are left out: ${told}`);
    this.#toldLeftOut = told;
    this.#fileRulesInTable = parts.fileRules.length - (leftOut.get(RULES_FILE_SOURCE)?.count ?? 0);
    return table;
  }

  #placeOf(source: string): string {
    const { configFile, rulesFile } = this.#parts.settings;
    return (source === RULES_FILE_SOURCE ? rulesFile : configFile) ?? source;
  }
}
