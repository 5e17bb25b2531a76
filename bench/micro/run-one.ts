// A thread that runs one bench file: measures the benches it exports, or lets it say its own lines.

import { parentPort, workerData } from 'node:worker_threads';
import { type MicroBench, measureAll } from './micro-bench.ts';

interface BenchFile {
  readonly benches?: readonly MicroBench[];
  readonly report?: (say: (line: string) => void) => void | Promise<void>;
}

const file = (await import(workerData as string)) as BenchFile;
if (file.benches !== undefined) parentPort!.postMessage(measureAll(file.benches));
await file.report?.((line) => parentPort!.postMessage(line));
