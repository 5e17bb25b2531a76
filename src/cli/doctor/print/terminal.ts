// Whether somebody looks at a stream on a terminal that knows escape codes.

/** A terminal that calls itself dumb would show them as they are. */
export function knowsEscapeCodes(stream: Pick<NodeJS.WriteStream, 'isTTY'>): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}
