// What can be wrong with a line of a list: small codes in the scanner, sentences for people.

export const FAULT = {
  NONE: 0,
  EMPTY_LABEL: 1,
  LABEL_TOO_LONG: 2,
  NAME_TOO_LONG: 3,
  BAD_CHARACTER: 4,
  /** An address where a name belongs. */
  ADDRESS: 5,
  /** A hosts line that does not begin with an address. */
  NO_ADDRESS: 6,
  /** A hosts line that names nothing. */
  NO_NAME: 7,
  /** More than one word where one name is expected. */
  TRAILING_TEXT: 8,
  LINE_TOO_LONG: 9,
} as const;
export type LineFault = (typeof FAULT)[keyof typeof FAULT];

/** Longer lines are faulty; nine names of full length fit. */
export const LINE_MAX_BYTES = 8192;

const SENTENCES: Readonly<Record<LineFault, string>> = {
  [FAULT.NONE]: '',
  [FAULT.EMPTY_LABEL]: 'a name with an empty label',
  [FAULT.LABEL_TOO_LONG]: 'a label of more than 63 octets',
  [FAULT.NAME_TOO_LONG]: 'a name of more than 255 octets',
  [FAULT.BAD_CHARACTER]: 'a character that no host name has',
  [FAULT.ADDRESS]: 'an address where a name belongs',
  [FAULT.NO_ADDRESS]: 'no address in front of the name',
  [FAULT.NO_NAME]: 'an address without a name',
  [FAULT.TRAILING_TEXT]: 'more than one name',
  [FAULT.LINE_TOO_LONG]: `a line of more than ${LINE_MAX_BYTES} octets`,
};

export function faultText(fault: LineFault): string {
  return SENTENCES[fault];
}
