// The blocks of code in docs/clients, as they stand there: what a reader would copy.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GUIDES = join(import.meta.dirname, '..', '..', 'docs', 'clients');

/** The first block behind the text `after`; throws if either is not there. */
export function guideBlock(guide: string, after: string): string {
  const text = readFileSync(join(GUIDES, guide), 'utf8');
  const start = text.indexOf(after);
  const block = /^```\w*\n([\s\S]*?)^```$/m.exec(start < 0 ? '' : text.slice(start))?.[1];
  if (block === undefined) throw new Error(`docs/clients/${guide}: no block of code behind "${after}"`);
  return block;
}

/** The lines of a block that are one command each. */
export function guideCommands(guide: string, after: string): string[] {
  return guideBlock(guide, after)
    .split('\n')
    .filter((line) => line !== '');
}
