// A question of ours as octets, for the upstream.

import { CLASS } from '../../wire/numbers.ts';
import { buildQuery } from '../../wire/query-builder.ts';
import type { Question } from '../query/question.ts';

export function questionToQuery({ name, type }: Question): Uint8Array {
  return buildQuery({
    name,
    nameLength: name.length,
    type,
    class: CLASS.IN,
    dnssecOk: false,
    checkingDisabled: false,
  });
}
