// Endings of names that no public server knows and no public CA vouches for.

/** RFC 6761, RFC 6762, RFC 8375, RFC 9476; .internal is ICANN's. What is below them is answered by this gateway or by nobody. */
const LOCAL_ENDINGS = ['localhost', 'local', 'internal', 'home.arpa', 'test', 'invalid', 'alt', 'onion'];

/** `name`: lower-case, without a trailing dot. */
export function isLocalEnding(name: string): boolean {
  return LOCAL_ENDINGS.some((ending) => name === ending || name.endsWith(`.${ending}`));
}

/** In use in many networks, though nobody has given them out for it (RFC 6762 appendix G), and a box that calls itself so. */
const HOME_ENDINGS = ['lan', 'home', 'localdomain', 'intranet', 'private', 'corp', 'fritz.box'];

/** Names of this network for the gateway's own questions: whoever is asked for them outside learns a name and has no answer. */
export function isHomeEnding(name: string): boolean {
  return HOME_ENDINGS.some((ending) => name === ending || name.endsWith(`.${ending}`));
}
