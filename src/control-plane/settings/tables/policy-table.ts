// [policy]: what happens to names, for everybody whom no group names, and the operator's own rules, which hold for all.

import { statSync } from 'node:fs';
import * as z from 'zod';
import { anything, list, text } from '../fields.ts';
import { readLocalName } from '../local-name.ts';
import { PATH_FORM, readPath } from '../operator-path.ts';
import { quote } from '../settings-fault.ts';
import { readTable, readTexts, type TableContext } from '../table-reader.ts';
import { CHOICE_FIELDS, type Pickable, readChoices, type WrittenChoices } from './policy-choices.ts';

const NAMES_FORM = 'names such as "plex.direct"';
const EXCEPTIONS_MAX = 10_000;
const PATH = ['policy'];

export const POLICY_SHAPE = z.strictObject({
  ...CHOICE_FIELDS,
  rules_file: text(PATH_FORM),
  rebinding_exceptions: list(`a list of ${NAMES_FORM}`),
  when: anything(),
});

export interface ReadPolicy {
  readonly choices: WrittenChoices;
  readonly rulesFile: string | undefined;
  readonly rebindingExceptions: Uint8Array[];
  /** As the file has it. */
  readonly when: unknown;
}

export function readPolicy(raw: unknown, pickable: Pickable, context: TableContext): ReadPolicy {
  const table = readTable(POLICY_SHAPE, raw, PATH, context);
  return {
    choices: readChoices(table, PATH, pickable, context),
    rulesFile: table.rules_file === undefined ? undefined : readRulesFile(table.rules_file, context),
    rebindingExceptions: readExceptions(table.rebinding_exceptions ?? [], context),
    when: table.when,
  };
}

function readRulesFile(written: string, context: TableContext): string | undefined {
  const path = [...PATH, 'rules_file'];
  const file = context.faults.accept(path, readPath(written, context.baseDirectory));
  if (file === undefined) return undefined;
  const stats = statSync(file, { throwIfNoEntry: false, bigint: false });
  if (stats === undefined) context.faults.notice(path, `${file} is not there yet; its rules come when it is`);
  else if (stats.isDirectory()) context.faults.fault(path, `${file} is a directory; name a file`);
  return file;
}

function readExceptions(elements: readonly unknown[], context: TableContext): Uint8Array[] {
  const path = [...PATH, 'rebinding_exceptions'];
  return readTexts(elements, path, NAMES_FORM, EXCEPTIONS_MAX, context).flatMap(({ text: written, path: place }) => {
    const name = readLocalName(written, false);
    if (name !== undefined) return [name];
    const advice = 'without a star, since a name stands for everything below it too';
    context.faults.fault(place, `${quote(written)} is not a name; allowed: ${NAMES_FORM}, ${advice}`);
    return [];
  });
}
