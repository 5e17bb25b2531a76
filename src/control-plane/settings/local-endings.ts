// Endings of names that no public server knows and no public CA vouches for.

/** RFC 6761, RFC 6762, RFC 8375, RFC 9476; .internal is ICANN's. What is below them is answered by this gateway or by nobody. */
const LOCAL_ENDINGS = ['localhost', 'local', 'internal', 'home.arpa', 'test', 'invalid', 'alt', 'onion'];

/** `name`: lower-case, without a trailing dot. */
export function isLocalEnding(name: string): boolean {
  return LOCAL_ENDINGS.some((ending) => name === ending || name.endsWith(`.${ending}`));
}
