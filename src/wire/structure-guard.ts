// What must hold before a message may be given to a decoder that trusts counts and lengths (dns-packet).

/** Whether counts, names and RDATA lengths of `message` stay inside it and its record count is one that its size can hold. Bounded work. */
export function isStructurallySound(_message: Uint8Array): boolean {
  throw new Error('not built');
}
