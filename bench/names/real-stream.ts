// A stream of questions with their types as a network really asked them, else one made by Zipf's law.

import { popularNames } from './popular-names.ts';
import type { Question } from './query-file.ts';
import { seededRandom } from './random.ts';
import { readRealLines } from './real-data.ts';
import { drawByZipf } from './zipf.ts';

const FILE = 'names/queries-100k.tsv.gz';
const MADE_NAMES = 60_000;
const MADE_QUESTIONS = 100_000;
const SEED = 77;
/** What dnsperf reads as the name it is. */
const PLAIN_NAME = /^(?=.{1,253}$)[A-Za-z0-9_:-]{1,63}(\.[A-Za-z0-9_:-]{1,63})*$/;

export interface QuestionStream {
  readonly questions: readonly Question[];
  readonly origin: string;
}

export function questionStream(): QuestionStream {
  const questions = readRealLines(FILE)?.flatMap((line) => {
    const [name, type] = line.split('\t');
    const text = name!.replace(/\.$/, '');
    return type !== undefined && PLAIN_NAME.test(text) ? [{ name: text, type }] : [];
  });
  if (questions !== undefined) return { questions, origin: `${questions.length} questions of ${FILE}` };
  const { names } = popularNames(MADE_NAMES);
  const indexes = drawByZipf(MADE_NAMES, MADE_QUESTIONS, seededRandom(SEED));
  return {
    questions: Array.from(indexes, (index) => ({ name: names[index]!, type: 'A' })),
    origin: `${MADE_QUESTIONS} questions by Zipf's law`,
  };
}
