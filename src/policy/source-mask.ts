// A bit for each source of a table: which of them a group obeys.

/** `obeyed`: source numbers below `count`. */
export function sourceMask(count: number, obeyed: Iterable<number>): Uint32Array {
  const mask = new Uint32Array(Math.ceil(count / 32));
  for (const source of obeyed) mask[source >>> 5]! |= 1 << (source & 31);
  return mask;
}

export function everySource(count: number): Uint32Array {
  return sourceMask(count, Array(count).keys());
}

/** A source that the mask has no room for is not obeyed. */
export function hasSource(mask: Uint32Array, source: number): boolean {
  const word = source >>> 5;
  return word < mask.length && ((mask[word]! >>> (source & 31)) & 1) === 1;
}
