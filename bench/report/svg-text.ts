// Text inside an SVG document.

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

/** Coordinates with a digit behind the point are exact enough, and short. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}
