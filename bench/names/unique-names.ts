// Names that nobody has asked for yet.

let series = 0;

/** No call gives a name that another has given. */
export function uniqueNames(count: number): string[] {
  const prefix = `s${(series++).toString(36)}`;
  return Array.from({ length: count }, (_, index) => `${index.toString(36)}.${prefix}.example.org`);
}
