// The reports about the lists of a compiled table, kept beside it: what became of their lines. Main thread.

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ReportOfList } from './compile-messages.ts';
import { tablePath } from './compiled-store.ts';
import { replaceFile } from './replace-file.ts';

const count = z.number();
const first = z.array(z.object({ lineNumber: count, text: z.string() }));
const noted = z.object({ rules: count, first });

const reportsShape = z.array(
  z.object({
    list: z.string(),
    report: z.object({
      rules: z.object({
        ...{ names: count, subtrees: count, below: count, patterns: count, addresses: count, removals: count },
        ...{ exceptions: count, important: count, conditional: count, responses: count },
      }),
      skipped: z.array(
        z.object({
          reasonText: z.string(),
          isFault: z.boolean(),
          lines: count,
          first,
        }),
      ),
      repeated: noted,
      leftOut: noted,
    }),
  }),
);

function reportsPath(stateDirectory: string, contentId: string): string {
  return tablePath(stateDirectory, contentId).replace(/\.bin$/, '.json');
}

/** None where there are none that can be read: the next table has them again. Never rejects. */
export async function readReports(stateDirectory: string, contentId: string): Promise<readonly ReportOfList[]> {
  try {
    const text = await readFile(reportsPath(stateDirectory, contentId), 'utf8');
    return reportsShape.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

/** Rejects with the system's error. */
export async function writeReports(
  stateDirectory: string,
  contentId: string,
  reports: readonly ReportOfList[],
): Promise<void> {
  await replaceFile(reportsPath(stateDirectory, contentId), Buffer.from(`${JSON.stringify(reports, null, 2)}\n`));
}
