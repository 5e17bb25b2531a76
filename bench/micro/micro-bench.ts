// How a hot function is measured: many calls a round, the benches of a file taking turns, so that what slows the machine down
// for a while meets all of them alike.

export interface MicroBench {
  readonly name: string;
  /** Makes `calls` calls; what it returns depends on them, so that no compiler can leave them out. */
  run(calls: number): number;
}

export interface MicroResult {
  readonly name: string;
  /** Nanoseconds a call: of the median round, and of the rounds at the 10th and 90th percentile. */
  readonly medianNanoseconds: number;
  readonly lowNanoseconds: number;
  readonly highNanoseconds: number;
}

const ROUNDS = 31;
const ROUND_MILLISECONDS = 8;
const WARM_UP_CALLS = 20_000;
const WARM_UP_ROUNDS = 5;

export function measureAll(benches: readonly MicroBench[]): MicroResult[] {
  const runs = benches.map((bench) => ({ bench, calls: callsPerRound(bench), times: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { bench, calls, times } of runs) times.push(nanosecondsPerCall(bench, calls));
  }
  return runs.map(({ bench, times }) => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (ROUNDS - 1))]!;
    return {
      name: bench.name,
      medianNanoseconds: at(0.5),
      lowNanoseconds: at(0.1),
      highNanoseconds: at(0.9),
    };
  });
}

/** Lets the compiler settle, then fits the calls to the length of a round. */
function callsPerRound(bench: MicroBench): number {
  let calls = WARM_UP_CALLS;
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    const nanoseconds = nanosecondsPerCall(bench, calls);
    calls = Math.max(1000, Math.round((ROUND_MILLISECONDS * 1e6) / nanoseconds));
  }
  return calls;
}

function nanosecondsPerCall(bench: MicroBench, calls: number): number {
  const start = performance.now();
  const result = bench.run(calls);
  const nanoseconds = ((performance.now() - start) * 1e6) / calls;
  // Looked at, so that the calls cannot be left out.
  if (Number.isNaN(result)) throw new Error(`${bench.name} returns no number`);
  return nanoseconds;
}
