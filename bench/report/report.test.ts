import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResultTable, ScenarioResult } from '../scenario.ts';
import { chartSvg } from './chart-svg.ts';
import { resultText } from './result-text.ts';

const measures = [
  { name: 'CPU per answer', unit: 'us', digits: 2 },
  { name: 'answers per second', unit: '', digits: 0 },
];
const bars: ResultTable = {
  title: 'plain & simple',
  measures,
  rows: [
    { subject: 'sotto', role: 'gateway', samples: { 'CPU per answer': [2, 3, 4], 'answers per second': [150_000] } },
    { subject: 'peer', role: 'peer', samples: { 'CPU per answer': [4, 4, null], 'answers per second': [90_000] } },
    { subject: 'silent', role: 'shown', samples: { 'CPU per answer': [null], 'answers per second': [null] } },
  ],
};
const lines: ResultTable = {
  title: 'growth',
  measures: [measures[0]!],
  axis: { name: 'rules', isLogarithmic: true },
  rows: [10_000, 1_000_000].map((at) => ({
    subject: 'sotto',
    role: 'gateway',
    at,
    samples: { 'CPU per answer': [3] },
  })),
};
const result: ScenarioResult = {
  tables: [bars, lines],
  targets: [{ what: 'CPU', limit: 0.95, bound: 'at most', unit: '', values: [0.5, 0.75] }],
  notes: ['a note'],
  servers: [],
};

test('a table has medians, ranges, the ratio by rounds, and the verdict on its targets', () => {
  const text = resultText('a scenario', result);
  assert.match(text, /^sotto +3\.00 +2\.00-4\.00 +150,000$/m);
  assert.match(text, /^peer +4\.00 +4\.00-4\.00 +90,000 +0\.63$/m);
  assert.match(text, /^\(silent\) +void +void +void$/m);
  assert.match(text, /^CPU +at most 0\.95 +0\.63 +0\.50-0\.75 +reached$/m);
  assert.match(text, /^sotto +1,000,000 +3\.00/m);
  assert.match(text, /^- a note$/m);
});

test('a chart has a bar for each server that was measured, and a line for what grows', () => {
  const svg = chartSvg('bars < lines', [bars, lines]);
  assert.equal(svg.match(/<rect class="(gateway|peer|shown)"/g)?.length, 2);
  assert.equal(svg.match(/<path class="line gateway"/g)?.length, 1);
  assert.match(svg, /bars &lt; lines/);
  assert.match(svg, /plain &amp; simple/);
  assert.match(svg, />void</);
  assert.match(svg, />1M</);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

test('a chart without a single number is still a picture', () => {
  const empty = { ...bars, rows: [bars.rows[2]!] };
  assert.doesNotMatch(chartSvg('nothing', [empty, { ...lines, rows: [] }]), /NaN|Infinity|undefined/);
});
