// The entries of a zone file (RFC 1035 section 5.1): lines -> owner and words, with parentheses over several lines, quotes and
// comments. Bounded; off the fast path of lists.

export interface ZoneEntry {
  /** As written; undefined where the line begins with a blank: the owner before. */
  readonly owner: string | undefined;
  /** Quotes and escapes as written. */
  readonly words: readonly string[];
}

/** A record has 65,535 octets at most. */
const ENTRY_MAX_CHARACTERS = 200_000;
/** A text of full length has no more strings. */
const WORDS_MAX = 300;

export class ZoneEntries {
  private words: string[] = [];
  private owner: string | undefined;
  private depth = 0;
  private characters = 0;

  /** Whether a parenthesis is open: the next line goes on with the entry. */
  get isOpen(): boolean {
    return this.depth > 0;
  }

  /** The entry that the line ends; undefined if none does, "malformed" if it or what came before cannot be read. */
  push(line: string): ZoneEntry | 'malformed' | undefined {
    if (this.depth === 0) {
      this.owner = undefined;
      this.words = [];
      this.characters = 0;
    }
    const isFirst = this.depth === 0;
    this.characters += line.length;
    const read = this.readWords(line);
    if (!read || this.characters > ENTRY_MAX_CHARACTERS) {
      this.depth = 0;
      return 'malformed';
    }
    if (isFirst && !/^[\s(]/.test(line)) this.owner = this.words.shift();
    if (this.depth > 0 || (this.words.length === 0 && this.owner === undefined)) return undefined;
    return { owner: this.owner, words: this.words };
  }

  private readWords(line: string): boolean {
    const token = /\s+|;.*|([()])|("(?:[^"\\]|\\.)*"|(?:[^\s;()"\\]|\\.)+)/gsy;
    while (token.lastIndex < line.length) {
      const found = token.exec(line);
      if (found === null) return false;
      if (found[1] === '(') this.depth++;
      else if (this.words.length > WORDS_MAX) return false;
      else if (found[1] === ')') {
        if (this.depth === 0) return false;
        this.depth--;
      } else if (found[2] !== undefined) this.words.push(found[2]);
    }
    return true;
  }
}
