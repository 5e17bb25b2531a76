// Which names lie below others.

/** Whether the wire name is `suffix` or lies below it. Letter case counts. */
export function isWithin(name: Uint8Array, suffix: Uint8Array): boolean {
  let start = 0;
  while (name.length - start > suffix.length) start += 1 + name[start]!;
  return Buffer.compare(name.subarray(start), suffix) === 0;
}
