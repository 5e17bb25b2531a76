// Which format a list has, decided from its first lines, and what a file is that is no list at all.

import { DomainsFormat } from './domains-format.ts';
import { HostsFormat } from './hosts-format.ts';

export type RecognizedFormat = 'hosts' | 'domains' | 'wildcard';

/** As much of the beginning as is looked at: some thousand lines. */
export const HEAD_BYTES = 128 * 1024;

/**
 * The format that makes sense of the most lines of `head` (whole lines only). A head of comments or of nonsense is
 * "domains"; whether the list is any good shows at its end.
 */
export function recognizeFormat(head: Uint8Array): RecognizedFormat {
  const hosts = new HostsFormat(false, ignore, ignore);
  const domains = new DomainsFormat(false, ignore, ignore);
  hosts.parse(head, 0, head.length);
  domains.parse(head, 0, head.length);
  if (hosts.goodLines > domains.goodLines) return 'hosts';
  return domains.subtrees * 2 > domains.goodLines ? 'wildcard' : 'domains';
}

function ignore(): void {}

/** Why the beginning of a file cannot be the beginning of a list; undefined if it can. */
export function foreignContent(head: Uint8Array): string | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'it is a gzip archive, not text';
  if (head.indexOf(0) !== -1) return 'it is binary data, not text';
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).toString('latin1');
  const line = firstEntry(text);
  if (/^<(!doctype|!--|html|head|body|\?xml|script)/i.test(line)) return 'it is a web page, not a list';
  if (/^[{[]\s*("|\{|\[|\]|\}|$)/.test(line)) return 'it is JSON, not a list';
  return undefined;
}

/** What a list of another kind is called, for the reason why it is refused. */
export function foreignSyntax(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  if (/^\s*(\[adblock|\|\||@@\|\|)/im.test(text)) return 'AdBlock rules';
  if (/^\s*(local|address|server)=\//m.test(text)) return 'dnsmasq settings';
  if (/^\s*(\$TTL\b|\S+\s+CNAME\s+\.)/m.test(text)) return 'a response policy zone';
  return undefined;
}

function firstEntry(text: string): string {
  for (const line of text.split('\n')) {
    const trimmed = line.replace(/^(\u00ef\u00bb\u00bf)?\s*/, '').trimEnd();
    if (trimmed !== '' && !trimmed.startsWith('#')) return trimmed;
  }
  return '';
}
