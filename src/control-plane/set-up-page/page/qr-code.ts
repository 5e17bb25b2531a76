// A text as a QR code, drawn as one SVG path: dark on white also where the page is dark, since cameras expect it so.

import { encode } from 'uqr';
import { type Html, html } from './html.ts';

/** Modules of white around it (ISO/IEC 18004 wants four). */
const QUIET_MODULES = 4;

/** `label`: what a screen reader says. */
export function qrCode(text: string, label: string): Html {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_MODULES });
  const path = data.map((row, y) => rowPath(row, y)).join('');
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
}

/** Each run of dark modules as one rectangle. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x++) {
    if (row[x] !== true) continue;
    const start = x;
    while (row[x + 1] === true) x++;
    path += `M${start} ${y}h${x + 1 - start}v1h-${x + 1 - start}z`;
  }
  return path;
}
