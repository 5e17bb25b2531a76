// A result as a picture: bars for servers side by side, lines for what grows. One panel for each table, below each other.
// Readable on light and on dark: colors are said once, and again for readers who prefer dark.

import type { ResultTable } from '../scenario.ts';
import { barPanel } from './chart-bars.ts';
import { linePanel } from './chart-lines.ts';
import { escapeXml } from './svg-text.ts';

const WIDTH = 760;
const TITLE_HEIGHT = 40;

const STYLE = `
  .paper { fill: #fff } text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-size: 17px; font-weight: 600 }
  .head { font-weight: 600 } .faint { fill: #656d76 } .grid { stroke: #d0d7de; stroke-width: 1 } .whisker { stroke: #24292f }
  .gateway { fill: #0969da; stroke: #0969da } .peer { fill: #8c959f; stroke: #8c959f } .shown { fill: #d0d7de; stroke: #d0d7de }
  .floor { fill: #2da44e; stroke: #2da44e } .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } text { fill: #e6edf3 } .faint { fill: #8d96a0 } .grid { stroke: #30363d } .whisker { stroke: #e6edf3 }
    .gateway { fill: #4493f8; stroke: #4493f8 } .peer { fill: #6e7681; stroke: #6e7681 } .shown { fill: #3d444d; stroke: #3d444d }
    .floor { fill: #3fb950; stroke: #3fb950 } .line { fill: none }
  }`;

export function chartSvg(title: string, tables: readonly ResultTable[]): string {
  let top = TITLE_HEIGHT;
  const panels = tables.map((table) => {
    const { svg, height } = table.axis === undefined ? barPanel(table, WIDTH) : linePanel(table, WIDTH);
    const placed = `<g transform="translate(0 ${top})">${svg}</g>`;
    top += height;
    return placed;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img">
<title>${escapeXml(title)}</title>
<style>${STYLE}
</style>
<rect class="paper" width="100%" height="100%"/>
<text class="title" x="16" y="27">${escapeXml(title)}</text>
${panels.join('\n')}
</svg>
`;
}
