// policy.rules_file, and the last good content of it. What cannot be used is told once and changes nothing. Main thread.

import { readNamesFile } from '../local-names/read-names-file.ts';
import type { Sliced } from '../local-names/slices.ts';
import { parsingRulesFile, type RulesFileContent } from './parse-rules-file.ts';

export type RulesLog = (level: 'debug' | 'info' | 'warn', message: string) => void;

export const RULES_FILE_BYTES_MAX = 16e6;

/** "emptied": there were rules, and now there is no text; what was stays until `refresh` is told that this is meant. */
export type RulesFileLook = 'changed' | 'unchanged' | 'emptied';

const STAY = 'the rules that were read last stay in force';

export class RulesFile {
  readonly path: string;
  #content: RulesFileContent | undefined;
  #lastWarning = '';

  constructor(path: string) {
    this.path = path;
  }

  get rules(): RulesFileContent['rules'] {
    return this.#content?.rules ?? [];
  }

  /** Reads it anew. A file that is gone, cannot be read, or is mostly none of rules leaves what was. */
  *refresh(log: RulesLog, mayBeEmptied = false): Sliced<RulesFileLook> {
    const file = readNamesFile(this.path, RULES_FILE_BYTES_MAX);
    if (!file.ok) {
      const meanwhile = this.#content === undefined ? 'no rules come from it' : STAY;
      this.#warn(`${this.path} ${file.wrong}; ${meanwhile}`, log);
      return 'unchanged';
    }
    const hadRules = this.rules.length > 0;
    if (hadRules && !mayBeEmptied && file.text.trim() === '') return 'emptied';
    const content = yield* parsingRulesFile(file.text);
    const { rules, faults, faultCount } = content;
    const more = faultCount > faults.length ? `; and ${faultCount - faults.length} more` : '';
    const places = faults.map(({ line, message }) => `${this.path}:${line}: ${message}`).join('; ');
    if (hadRules && faultCount > rules.length) {
      this.#warn(`${places}${more}; most lines are no rules, so ${STAY}`, log);
      return 'unchanged';
    }
    this.#content = content;
    this.#warn(faultCount === 0 ? '' : `${places}${more}; besides, ${rulesText(rules.length)} could be read`, log);
    return 'changed';
  }

  #warn(message: string, log: RulesLog): void {
    if (message !== '' && message !== this.#lastWarning) log('warn', message);
    this.#lastWarning = message;
  }
}

export function rulesText(count: number): string {
  return count === 1 ? '1 rule' : `${count.toLocaleString('en-US')} rules`;
}
