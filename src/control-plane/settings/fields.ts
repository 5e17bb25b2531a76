// The shapes a value in the file can have. Each says itself what is allowed; what a text means is read by the tables.

import * as z from 'zod';
import { describeValue } from './settings-fault.ts';

function allowedIs(allowed: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: (issue) => `${describeValue(issue.input)} does not fit; allowed: ${allowed}` };
}

export const text = (allowed: string) => z.string(allowedIs(allowed)).optional();

export const flag = () => z.boolean(allowedIs('true or false')).optional();

export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, allowedIs(values.map((value) => `"${value}"`).join(', '))).optional();

export const wholeNumber = (minimum: number, maximum: number) => {
  const fits = (value: unknown) => Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
  return z.custom<number>(fits, allowedIs(`a whole number from ${minimum} to ${maximum}`)).optional();
};

/** The elements are read one by one, so that a wrong one does not hide what is wrong with the others. */
export const list = (allowed: string) => z.array(z.unknown(), allowedIs(allowed)).optional();

/** For values of several types; the table reads it by hand. */
export const anything = () => z.unknown().optional();
