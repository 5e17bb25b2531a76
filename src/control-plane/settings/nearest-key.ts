// The known key that a mistyped one most likely meant.

/** Longer words are not compared: no key is that long, and the work grows with the square. */
const COMPARED_CHARACTERS_MAX = 32;

/** The candidate with the fewest edits away, if they are few for its length. */
export function nearestKey(written: string, candidates: readonly string[]): string | undefined {
  if (written.length > COMPARED_CHARACTERS_MAX) return undefined;
  const folded = written.toLowerCase().replaceAll('-', '_');
  let nearest: string | undefined;
  let nearestEdits = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = damerauLevenshtein(folded, candidate);
    if (edits <= Math.floor(candidate.length / 3) && edits < nearestEdits) {
      nearest = candidate;
      nearestEdits = edits;
    }
  }
  return nearest;
}

/** Insertions, deletions, substitutions and swaps of neighbors (optimal string alignment). */
export function damerauLevenshtein(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = a[row - 1] === b[column - 1] ? 0 : 1;
      let edits = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + substitution);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        edits = Math.min(edits, beforePrevious[column - 2]! + 1);
      current.push(edits);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
