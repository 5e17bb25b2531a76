// TOML text -> plain values, or the syntax fault with its line and a hint.

import { parse, TomlError } from 'smol-toml';
import type { SettingsFault } from './settings.ts';

export type TomlTree = Readonly<Record<string, unknown>>;

/** Tables nest two deep in every valid file. */
const NESTING_MAX = 100;

const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /redefine/,
    'this key or table stands here a second time; several lists or upstreams are written [[list]], [[upstream]]',
  ],
  [/numeric literal|invalid value|leading zero|invalid date/, 'text goes in quotes, e.g. "127.0.0.1:53" or "24h"'],
  [/unfinished string/, 'the closing quote is missing'],
  [/escape sequence/, "in double quotes a backslash begins an escape; write '…' in single quotes to keep it as it is"],
  [/followed by an end-of-line/, 'one key = value a line'],
  [/expected comma|end of structure/, 'the entries of a list are separated by commas and closed by ]'],
  [/illegal character in key|end of key/, 'a line is key = value, [table] or # comment'],
  [/control characters/, 'the closing quote is missing, or an invisible character stands here'],
];

export function parseToml(text: string): { readonly tree: TomlTree } | { readonly fault: SettingsFault } {
  try {
    return { tree: parse(text, { maxDepth: NESTING_MAX }) };
  } catch (error) {
    if (!(error instanceof TomlError))
      return { fault: { line: 0, key: '', message: 'this is not TOML: it is nested too deeply' } };
    const reason = error.message.split('\n', 1)[0]!.replace(/^Invalid TOML document: /, '');
    const hint = HINTS.find(([pattern]) => pattern.test(reason))?.[1];
    const message = `this is not TOML (column ${error.column}): ${reason}${hint === undefined ? '' : `; ${hint}`}`;
    return { fault: { line: error.line, key: '', message } };
  }
}
