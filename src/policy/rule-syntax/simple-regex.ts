// Regular expressions that only say what a name rule says: `(^|\.)ads\.example$`, `^ads\.example$`, `\.ads\.example$`. As names
// they cost one look-up together; as expressions each would be tried on every name.

import { SCOPE, type Scope } from '../../memory/block-table/rule-model.ts';
import { foldName } from '../../wire/name.ts';
import { nameFromText } from '../../wire/name-text.ts';

const SIMPLE = /^(\^|\\\.|\((?:\?:)?(?:\^\|\\\.|\\\.\|\^)\))((?:[a-z0-9_-]+\\\.)*[a-z0-9_-]+)\$$/i;

/** Undefined for every other expression. */
export function nameOfSimpleRegex(
  text: string,
): { readonly kind: 'name'; readonly wire: Uint8Array<ArrayBuffer>; readonly scope: Scope } | undefined {
  const [, head, body] = SIMPLE.exec(text) ?? [];
  const wire = body === undefined ? undefined : nameFromText(body.replaceAll('\\.', '.'));
  if (wire === undefined) return undefined;
  foldName(wire, wire.length);
  return { kind: 'name', wire, scope: head === '^' ? SCOPE.EXACT : head === '\\.' ? SCOPE.BELOW : SCOPE.SUBTREE };
}
