// A table's main measure as horizontal bars: the median, with a line from the smallest to the largest run.

import { medianOf } from '../measure/compare.ts';
import { spreadOf } from '../measure/statistics.ts';
import type { ResultRow, ResultTable } from '../scenario.ts';
import { numberText } from './number-text.ts';
import { coordinate, escapeXml } from './svg-text.ts';

export interface Panel {
  readonly svg: string;
  readonly height: number;
}

const HEAD_HEIGHT = 28;
const ROW_HEIGHT = 26;
const BAR_HEIGHT = 16;
const LABEL_WIDTH_MIN = 150;
/** About, in the font of the labels. */
const LETTER_WIDTH = 7;
const VALUE_WIDTH = 90;

/** Rows without a run that counts have no bar, and say so. */
export function barPanel({ title, measures, rows }: ResultTable, width: number): Panel {
  const [measure] = measures;
  const { name, unit, digits } = measure!;
  const labelWidth = Math.max(
    LABEL_WIDTH_MIN,
    26 + LETTER_WIDTH * Math.max(0, ...rows.map((row) => row.subject.length)),
  );
  const longest = Math.max(0, ...rows.flatMap((row) => counted(row, name)));
  const scale = longest === 0 ? 0 : (width - labelWidth - VALUE_WIDTH) / longest;
  const heading = escapeXml(`${title}: ${name}${unit === '' ? '' : `, ${unit}`}`);
  const bars = rows.map((row, index) => {
    const top = HEAD_HEIGHT + index * ROW_HEIGHT;
    const middle = top + BAR_HEIGHT / 2;
    const baseline = coordinate(middle + 4.5);
    const label = `<text x="${labelWidth - 10}" y="${baseline}" text-anchor="end">${escapeXml(row.subject)}</text>`;
    const values = counted(row, name);
    const text = numberText(medianOf(row, name), digits);
    if (values.length === 0) return `${label}<text class="faint" x="${labelWidth}" y="${baseline}">${text}</text>`;
    const { median, smallest, largest } = spreadOf(values);
    const x = (value: number): string => coordinate(labelWidth + value * scale);
    return `${label}<rect class="${row.role}" x="${labelWidth}" y="${top}" width="${coordinate(median * scale)}" height="${BAR_HEIGHT}"/>
<path class="whisker" d="M${x(smallest)} ${middle}H${x(largest)}"/><text x="${coordinate(labelWidth + largest * scale + 8)}" y="${baseline}">${text}</text>`;
  });
  return {
    svg: `<text class="head" x="16" y="14">${heading}</text>\n${bars.join('\n')}`,
    height: HEAD_HEIGHT + rows.length * ROW_HEIGHT + 14,
  };
}

function counted({ samples }: ResultRow, measure: string): number[] {
  return (samples[measure] ?? []).filter((value) => value !== null);
}
