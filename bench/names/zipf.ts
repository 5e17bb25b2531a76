// Popularity as it is among names: the n-th is asked 1/n as often as the first.

/** `count` indexes below `choices`, drawn by Zipf's law with exponent 1. */
export function drawByZipf(choices: number, count: number, random: () => number): Uint32Array {
  const reached = new Float64Array(choices);
  let sum = 0;
  for (let rank = 0; rank < choices; rank++) reached[rank] = sum += 1 / (rank + 1);
  return Uint32Array.from({ length: count }, () => firstAtLeast(reached, random() * sum));
}

function firstAtLeast(sorted: Float64Array, wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
