// A table's main measure over an axis: a line for each subject, its points the medians.

import { medianOf } from '../measure/compare.ts';
import type { ResultRow, ResultTable } from '../scenario.ts';
import type { Panel } from './chart-bars.ts';
import { numberText } from './number-text.ts';
import { coordinate, escapeXml } from './svg-text.ts';

const HEIGHT = 260;
const LEFT = 60;
const RIGHT = 170;
const TOP = 34;
const BOTTOM = 40;
const GRID_LINES = 4;

export function linePanel({ title, measures, rows, axis }: ResultTable, width: number): Panel {
  const { name, unit, digits } = measures[0]!;
  const points = rows.filter((row) => row.at !== undefined && !Number.isNaN(medianOf(row, name)));
  const heading = `<text class="head" x="16" y="14">${escapeXml(`${title}: ${name}${unit === '' ? '' : `, ${unit}`}`)}</text>`;
  if (points.length === 0) return { svg: heading, height: TOP };
  const place = axis!.isLogarithmic ? Math.log10 : (value: number): number => value;
  const places = points.map(({ at }) => place(at!));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const highest = Math.max(...points.map((row) => medianOf(row, name))) * 1.1;
  const x = (at: number): number => LEFT + ((place(at) - first) / (last - first || 1)) * (width - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / (highest || 1)) * (HEIGHT - TOP - BOTTOM);

  const grid = Array.from({ length: GRID_LINES + 1 }, (_, index) => {
    const value = (highest * index) / GRID_LINES;
    const height = coordinate(y(value));
    return `<path class="grid" d="M${LEFT} ${height}H${width - RIGHT}"/><text class="faint" x="${LEFT - 8}" y="${coordinate(y(value) + 4.5)}" text-anchor="end">${numberText(value, digits)}</text>`;
  });
  const marks = [...new Set(points.map(({ at }) => at!))].map(
    (at) =>
      `<text class="faint" x="${coordinate(x(at))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${shortCount(at)}</text>`,
  );
  const lines = Array.from(
    Map.groupBy(points, ({ subject }) => subject),
    ([subject, its]) => {
      const sorted = its.toSorted((one, other) => one.at! - other.at!);
      const spot = (row: ResultRow): string => `${coordinate(x(row.at!))} ${coordinate(y(medianOf(row, name)))}`;
      const end = sorted.at(-1)!;
      return `<path class="line ${end.role}" d="M${sorted.map(spot).join('L')}" style="fill:none"/><text x="${coordinate(x(end.at!) + 8)}" y="${coordinate(y(medianOf(end, name)) + 4.5)}">${escapeXml(subject)}</text>`;
    },
  );
  return {
    svg: [
      heading,
      ...grid,
      ...marks,
      `<text class="faint" x="${LEFT}" y="${HEIGHT - 4}">${escapeXml(axis!.name)}</text>`,
      ...lines,
    ].join('\n'),
    height: HEIGHT + 14,
  };
}

/** 1500000 as "1.5M". */
function shortCount(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 1e3 ? `${Number((value / 1e3).toPrecision(3))}k` : String(value);
}
