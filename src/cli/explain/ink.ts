// Colors of the terminal, or none.

export class Ink {
  readonly #hasColors: boolean;

  constructor(hasColors: boolean) {
    this.#hasColors = hasColors;
  }

  good(text: string): string {
    return this.#painted('32', text);
  }

  bad(text: string): string {
    return this.#painted('31', text);
  }

  strong(text: string): string {
    return this.#painted('1', text);
  }

  faint(text: string): string {
    return this.#painted('2', text);
  }

  /** `rendition`: Select Graphic Rendition of ECMA-48. */
  #painted(rendition: string, text: string): string {
    return this.#hasColors ? `\u001b[${rendition}m${text}\u001b[0m` : text;
  }
}
