// Which names lie below others.

/** Whether the wire name is `suffix` or lies below it. Letter case counts. Allocates nothing. */
export function isWithin(name: Uint8Array, suffix: Uint8Array, nameLength: number = name.length): boolean {
  const suffixLength = suffix.length;
  let start = 0;
  while (nameLength - start > suffixLength) start += 1 + name[start]!;
  if (nameLength - start !== suffixLength) return false;
  for (let i = 0; i < suffixLength; i++) if (name[start + i] !== suffix[i]) return false;
  return true;
}
