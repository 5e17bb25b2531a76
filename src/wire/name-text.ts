// Names between people and the wire: presentation form with \. and \DDD escapes (RFC 1035 section 5.1, RFC 4343 section 2.1).

/** Uncompressed wire name of a presentation-form name, letter case kept; a trailing dot is optional. Undefined if it is not a name. */
export function nameFromText(_text: string): Uint8Array<ArrayBuffer> | undefined {
  throw new Error('not built');
}

/** Presentation form without trailing dot (the root is "."). `name` is an uncompressed wire name at `offset`. */
export function nameToText(_name: Uint8Array, _offset?: number): string {
  throw new Error('not built');
}
