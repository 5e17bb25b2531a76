// XML property lists (Apple's DTD of 2003), as configuration profiles are written in.

export type PropertyValue =
  | string
  | boolean
  | number
  | Uint8Array
  | readonly PropertyValue[]
  | { readonly [key: string]: PropertyValue | undefined };

/** Keys that are undefined are left out; octets become base64. Numbers are integers. */
export function propertyList(root: PropertyValue): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...lines(root, ''),
    '</plist>',
    '',
  ].join('\n');
}

/** XML 1.0 has no way to write the other control characters, nor half a surrogate pair. */
export function isWritableText(text: string): boolean {
  return text.isWellFormed() && !/[^\t\n\r\u0020-\ufffd]/.test(text.replace(/[\ud800-\udfff]/g, ''));
}

function lines(value: PropertyValue, indent: string): string[] {
  if (typeof value === 'string') return [`${indent}<string>${escaped(value)}</string>`];
  if (typeof value === 'boolean') return [`${indent}<${value}/>`];
  if (typeof value === 'number') return [`${indent}<integer>${value}</integer>`];
  if (value instanceof Uint8Array) return dataLines(value, indent);
  const inner = `${indent}  `;
  if (isArray(value))
    return [`${indent}<array>`, ...value.flatMap((element) => lines(element, inner)), `${indent}</array>`];
  const entries = Object.entries(value).flatMap(([key, element]) =>
    element === undefined ? [] : [`${inner}<key>${escaped(key)}</key>`, ...lines(element, inner)],
  );
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`];
}

function dataLines(octets: Uint8Array, indent: string): string[] {
  const base64 =
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`${indent}<data>`, ...base64.map((line) => indent + line), `${indent}</data>`];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function isArray(value: PropertyValue): value is readonly PropertyValue[] {
  return Array.isArray(value);
}
