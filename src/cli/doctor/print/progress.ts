// What is being looked at right now: a line on the terminal that goes again. Nothing where there is no
// terminal that can take it back.

import { knowsEscapeCodes } from './terminal.ts';

const ERASE_LINE = '\r\u001b[K';

export class Progress {
  readonly #terminal: NodeJS.WriteStream | undefined;

  /** `stream`: where people look, and the findings are not. */
  constructor(stream: NodeJS.WriteStream) {
    this.#terminal = knowsEscapeCodes(stream) ? stream : undefined;
  }

  show(subject: string): void {
    this.#terminal?.write(`${ERASE_LINE}looking at ${subject} ...`);
  }

  hide(): void {
    this.#terminal?.write(ERASE_LINE);
  }
}
