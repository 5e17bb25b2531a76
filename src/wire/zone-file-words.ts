// The words of a record's value as zone files write them (RFC 1035 section 5.1): blanks part them, quotes hold them together,
// \" \\ and \DDD stand for octets.

const encoder = new TextEncoder();

export interface ZoneFileWord {
  /** As written, escapes and all, without outer quotes. */
  readonly text: string;
  /** What it stands for; characters outside ASCII as UTF-8. */
  readonly octets: Uint8Array;
}

/** The words, or a sentence that says what is wrong. */
export function zoneFileWords(text: string): ZoneFileWord[] | string {
  const words: ZoneFileWord[] = [];
  let octets: number[] = [];
  let start = -1;
  let isQuoted = false;
  let hadQuotes = false;
  const close = (end: number): void => {
    if (start < 0) return;
    const written = text.slice(start, end);
    const whole = hadQuotes && written.startsWith('"') && written.endsWith('"') && written.length >= 2;
    words.push({ text: whole ? written.slice(1, -1) : written, octets: Uint8Array.from(octets) });
    octets = [];
    start = -1;
    hadQuotes = false;
  };
  for (let i = 0; i < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(i)!);
    if (!isQuoted && /\s/.test(character)) {
      close(i);
      i += character.length;
      continue;
    }
    if (start < 0) start = i;
    if (character === '"') {
      isQuoted = !isQuoted;
      hadQuotes = true;
      i++;
    } else if (character === '\\') {
      const escaped = /^\\(?:(\d{3})|([^\d\s]))/u.exec(text.slice(i, i + 5));
      if (escaped === null || Number(escaped[1] ?? 0) > 255)
        return 'a \\ must be followed by a character or by three digits up to 255';
      if (escaped[1] === undefined) octets.push(...encoder.encode(escaped[2]));
      else octets.push(Number(escaped[1]));
      i += escaped[0].length;
    } else {
      octets.push(...encoder.encode(character));
      i += character.length;
    }
  }
  if (isQuoted) return 'a quote is not closed';
  close(text.length);
  return words;
}
