// A scenario's result as text: a table for each variant, then the targets.

import { medianOf } from '../measure/compare.ts';
import { median, ratios, spreadOf } from '../measure/statistics.ts';
import { isReached, type ResultRow, type ResultTable, type ScenarioResult, type TargetResult } from '../scenario.ts';
import { alignColumns } from './columns.ts';
import { numberText } from './number-text.ts';

export function resultText(title: string, result: ScenarioResult): string {
  const parts = [title, ...result.tables.map(tableText)];
  if (result.targets.length > 0) parts.push(targetsText(result.targets));
  if (result.notes.length > 0) parts.push(result.notes.map((note) => `- ${note}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

/** Medians; of the main measure also the range of all runs, and the gateway's share of it, run by run. */
function tableText({ title, measures, rows, axis }: ResultTable): string {
  const [main] = measures;
  const heads = measures.map(({ name, unit }) => (unit === '' ? name : `${name}, ${unit}`));
  const withRatio = axis === undefined && rows.some(({ role }) => role === 'gateway') && rows.length > 1;
  const head = [title, ...(axis === undefined ? [] : [axis.name]), heads[0]!, 'range', ...heads.slice(1)];
  const lines = rows.map((row) => [
    row.role === 'shown' ? `(${row.subject})` : row.subject,
    ...(axis === undefined ? [] : [numberText(row.at ?? null, 0)]),
    numberText(medianOf(row, main!.name), main!.digits),
    rangeText(row, main!.name, main!.digits),
    ...measures.slice(1).map(({ name, digits }) => numberText(medianOf(row, name), digits)),
    ...(withRatio ? [ratioText(row, rows, main!.name)] : []),
  ]);
  return alignColumns([withRatio ? [...head, 'gateway / this'] : head, ...lines]);
}

function rangeText(row: ResultRow, measure: string, digits: number): string {
  const counted = (row.samples[measure] ?? []).filter((value) => value !== null);
  if (counted.length === 0) return '';
  const { smallest, largest } = spreadOf(counted);
  return `${numberText(smallest, digits)}-${numberText(largest, digits)}`;
}

function ratioText(row: ResultRow, rows: readonly ResultRow[], measure: string): string {
  const gateway = rows.find(({ role }) => role === 'gateway')!;
  if (row === gateway) return '';
  return numberText(median(ratios(gateway.samples[measure]!, row.samples[measure]!)), 2);
}

function targetsText(targets: readonly TargetResult[]): string {
  const lines = targets.map((target) => {
    const value = median(target.values);
    const verdict = { true: 'reached', false: 'missed', undefined: 'not measured' }[`${isReached(target, value)}`];
    const unit = target.unit === '' ? '' : ` ${target.unit}`;
    const limit = `${target.isAim ? 'aim: ' : ''}${target.bound} ${numberText(target.limit, digitsOf(target))}${unit}`;
    const { smallest, largest } = spreadOf(target.values);
    const range = target.values.length < 2 ? '' : `${targetNumber(target, smallest)}-${targetNumber(target, largest)}`;
    return [target.what, limit, targetNumber(target, value) + unit, range, verdict!];
  });
  return alignColumns([['target', 'limit', 'measured', 'range', ''], ...lines]);
}

function targetNumber(target: TargetResult, value: number): string {
  return numberText(value, digitsOf(target));
}

function digitsOf({ limit }: TargetResult): number {
  return limit >= 100 ? 0 : 2;
}
