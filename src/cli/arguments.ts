// The words behind a command's name: positional words, options that take a value each, and flags that take none.

import { parseArgs } from 'node:util';
import { nearestKey } from '../control-plane/settings/nearest-key.ts';
import { OperatorError } from '../errors.ts';
import { visible } from './visible-text.ts';

export interface ArgumentShape<Option extends string, List extends string = never> {
  /** How the command is called, shown where words are missing or too many. */
  readonly usage: string;
  /** Without the dashes. */
  readonly options: readonly Option[];
  /** Options that may be given more than once. Default: there are none. */
  readonly lists?: readonly List[];
  /** Without the dashes. Default: there are none. */
  readonly flags?: readonly string[];
  /** What the positional words are called. Default: there are none. */
  readonly words?: { readonly required: readonly string[]; readonly optional: readonly string[] };
}

export interface Arguments<Option extends string, List extends string = never> {
  readonly words: readonly string[];
  readonly options: Readonly<Partial<Record<Option, string>>>;
  readonly lists: Readonly<Record<List, readonly string[]>>;
  readonly flags: ReadonlySet<string>;
}

/** Throws OperatorError USAGE. */
export function readArguments<const Option extends string, const List extends string = never>(
  args: readonly string[],
  {
    usage,
    options: known,
    lists: knownLists = [],
    flags: knownFlags = [],
    words: { required, optional } = { required: [], optional: [] },
  }: ArgumentShape<Option, List>,
): Arguments<Option, List> {
  // Not strict: its own sentences tell about parseArgs rather than about the command.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...[...known, ...knownLists].map((name) => [name, { type: 'string' as const }] as const),
      ...knownFlags.map((name) => [name, { type: 'boolean' as const }] as const),
    ]),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const options: Partial<Record<Option, string>> = {};
  const lists = Object.fromEntries(knownLists.map((name) => [name, [] as string[]])) as Record<List, string[]>;
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    if (knownFlags.includes(token.name)) {
      if (token.value !== undefined) throw new OperatorError('USAGE', `--${token.name} takes no value; ${usage}`);
      flags.add(token.name);
      continue;
    }
    const list = knownLists.find((option) => option === token.name);
    const name = known.find((option) => option === token.name);
    if (name === undefined && list === undefined)
      throw unknownOption(token.rawName, [...known, ...knownLists, ...knownFlags]);
    const isMissing = token.value === undefined || (!token.inlineValue && token.value.startsWith('-'));
    if (isMissing) throw new OperatorError('USAGE', `--${token.name} needs a value; ${usage}`);
    if (list !== undefined) lists[list].push(token.value!);
    if (name === undefined) continue;
    if (options[name] !== undefined) throw new OperatorError('USAGE', `--${name} is given twice`);
    options[name] = token.value!;
  }
  const missing = required[words.length];
  if (missing !== undefined) throw new OperatorError('USAGE', `${missing} is missing; ${usage}`);
  const tooMany = words[required.length + optional.length];
  if (tooMany !== undefined) throw new OperatorError('USAGE', `"${visible(tooMany)}" is one word too many; ${usage}`);
  return { words, options, lists, flags };
}

function unknownOption(written: string, known: readonly string[]): OperatorError {
  const nearest = nearestKey(written.replace(/^-+/, ''), known);
  const advice =
    nearest === undefined ? `options: ${known.map((name) => `--${name}`).join(', ')}` : `did you mean --${nearest}?`;
  return new OperatorError('USAGE', `there is no option ${visible(written)}; ${advice}`);
}
