// Round numbers for an axis, and room between the labels of lines.

const STEPS = [1, 2, 2.5, 5, 10];
const LINES_WANTED = 4;

/** From 0 up to the first round number at or above `highest`: multiples of 1, 2, 2.5 or 5 times a power of ten. */
export function roundTicks(highest: number): readonly number[] {
  const rough = (highest || 1) / LINES_WANTED;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((factor) => factor * power >= rough * 0.999)! * power;
  const count = Math.ceil(highest / step - 0.001) || 1;
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Heights (downwards) at least `gap` apart, in the order given, each as near to its own as the ones above it allow. */
export function spreadHeights(heights: readonly number[], gap: number): readonly number[] {
  const order = heights.map((_, index) => index).sort((one, other) => heights[one]! - heights[other]!);
  const placed = [...heights];
  // Too low a stack is pushed up from its end, and then down again where it meets the one above.
  for (let i = order.length - 2; i >= 0; i--) {
    const below = placed[order[i + 1]!]!;
    placed[order[i]!] = Math.min(placed[order[i]!]!, below - gap);
  }
  const overlap = heights.length === 0 ? 0 : heights[order[0]!]! - placed[order[0]!]!;
  return placed.map((height) => height + overlap / 2);
}
