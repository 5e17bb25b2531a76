// The line each key of a TOML text stands in. Built only when a line is to be shown: values come from smol-toml, which is
// faster and stricter; this second parser keeps the places.

import { type AST, parseTOML } from 'toml-eslint-parser';
import type { SettingsPath } from './settings-fault.ts';

/** The parser spends up to 2 kB on each mark of punctuation, so larger texts go without line numbers. */
const MARKS_MAX = 100_000;

interface LineNode {
  readonly line: number;
  readonly children: Map<string | number, LineNode>;
}

/**
 * Line of a path, from 1; a key that is missing has the line of its table. 0 throughout if the text is too large to place.
 * The text is read when the first line is asked for.
 */
export function tomlLines(text: string): (path: SettingsPath) => number {
  let root: LineNode | undefined;
  return (path) => {
    root ??= placeKeys(text);
    let node = root;
    for (const part of path) {
      const child = node.children.get(part);
      if (child === undefined) break;
      node = child;
    }
    return node.line;
  };
}

function placeKeys(text: string): LineNode {
  const root: LineNode = { line: 0, children: new Map() };
  try {
    if (countMarks(text) <= MARKS_MAX) addTopLevel(root, parseTOML(text, { tomlVersion: '1.1' }).body[0]);
  } catch {
    // smol-toml accepted what this parser does not: the keys are named all the same, without a line.
  }
  return root;
}

function countMarks(text: string): number {
  let marks = 0;
  for (const character of text) if (',=[]{}.\n'.includes(character)) marks++;
  return marks;
}

function addTopLevel(root: LineNode, top: AST.TOMLTopLevelTable): void {
  for (const entry of top.body) {
    if (entry.type === 'TOMLKeyValue') addKeyValue(root, entry);
    else {
      const table = descend(root, entry.resolvedKey, entry.loc.start.line);
      for (const keyValue of entry.body) addKeyValue(table, keyValue);
    }
  }
}

function addKeyValue(parent: LineNode, { key, value }: AST.TOMLKeyValue): void {
  const names = key.keys.map((name) => (name.type === 'TOMLBare' ? name.name : name.value));
  addContent(descend(parent, names, key.loc.start.line), value);
}

function addContent(node: LineNode, value: AST.TOMLContentNode): void {
  if (value.type === 'TOMLInlineTable') for (const keyValue of value.body) addKeyValue(node, keyValue);
  if (value.type === 'TOMLArray')
    for (const [index, element] of value.elements.entries())
      addContent(descend(node, [index], element.loc.start.line), element);
}

/** The node at `path` below `node`; what is new on the way stands in `line`. */
function descend(node: LineNode, path: SettingsPath, line: number): LineNode {
  for (const part of path) {
    let child = node.children.get(part);
    if (child === undefined) {
      child = { line, children: new Map() };
      node.children.set(part, child);
    }
    node = child;
  }
  return node;
}
