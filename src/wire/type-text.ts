// Type, class and RCODE numbers as people write them.

/** `A`, `https`, `TYPE65280` -> number; undefined if it is none. */
export function typeFromText(_text: string): number | undefined {
  throw new Error('not built');
}

/** Mnemonic, or `TYPE65280` (RFC 3597). */
export function typeToText(_type: number): string {
  throw new Error('not built');
}

export function rcodeToText(_rcode: number): string {
  throw new Error('not built');
}

/** The registry's name of an EDE info code, e.g. `Blocked`. */
export function extendedErrorToText(_code: number): string {
  throw new Error('not built');
}
