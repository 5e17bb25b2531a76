// Numbers as people read them.

/** With thousands set apart; "void" where there is none. */
export function numberText(value: number | null, digits: number): string {
  if (value === null || Number.isNaN(value)) return 'void';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
