// A table's main measure over an axis: a line for each subject, its points the medians.

import { medianOf } from '../measure/compare.ts';
import type { ResultRow, ResultTable } from '../scenario.ts';
import type { Panel } from './chart-bars.ts';
import { roundTicks, spreadHeights } from './chart-ticks.ts';
import { coordinate, escapeXml } from './svg-text.ts';

const HEIGHT = 260;
const LEFT = 60;
const RIGHT = 170;
const TOP = 34;
const BOTTOM = 40;
const LABEL_GAP = 15;

export function linePanel({ title, measures, rows, axis }: ResultTable, width: number): Panel {
  const { name, unit } = measures[0]!;
  const points = rows.filter((row) => row.at !== undefined && !Number.isNaN(medianOf(row, name)));
  const heading = `<text class="head" x="16" y="14">${escapeXml(`${title}: ${name}${unit === '' ? '' : `, ${unit}`}`)}</text>`;
  if (points.length === 0) return { svg: heading, height: TOP };
  const place = axis!.isLogarithmic ? Math.log10 : (value: number): number => value;
  const places = points.map(({ at }) => place(at!));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const ticks = roundTicks(Math.max(...points.map((row) => medianOf(row, name))));
  const highest = ticks.at(-1)!;
  const x = (at: number): number => LEFT + ((place(at) - first) / (last - first || 1)) * (width - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / (highest || 1)) * (HEIGHT - TOP - BOTTOM);

  const grid = ticks.map((value) => {
    const height = coordinate(y(value));
    return `<path class="grid" d="M${LEFT} ${height}H${width - RIGHT}"/><text class="faint" x="${LEFT - 8}" y="${coordinate(y(value) + 4.5)}" text-anchor="end">${tickText(value)}</text>`;
  });
  const marks = [...new Set(points.map(({ at }) => at!))].map(
    (at) =>
      `<text class="faint" x="${coordinate(x(at))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${shortCount(at)}</text>`,
  );
  const subjects = [...Map.groupBy(points, ({ subject }) => subject).values()].map((its) =>
    its.toSorted((one, other) => one.at! - other.at!),
  );
  const spot = (row: ResultRow): string => `${coordinate(x(row.at!))} ${coordinate(y(medianOf(row, name)))}`;
  const labelHeights = spreadHeights(
    subjects.map((its) => y(medianOf(its.at(-1)!, name))),
    LABEL_GAP,
  );
  const lines = subjects.map((its, index) => {
    const end = its.at(-1)!;
    const baseline = coordinate(labelHeights[index]! + 4.5);
    return `<path class="line ${end.role}" d="M${its.map(spot).join('L')}" style="fill:none"/><text x="${coordinate(x(end.at!) + 8)}" y="${baseline}">${escapeXml(end.subject)}</text>`;
  });
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

/** As many digits as the number has. */
function tickText(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/** 1500000 as "1.5M". */
function shortCount(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 1e3 ? `${Number((value / 1e3).toPrecision(3))}k` : String(value);
}
