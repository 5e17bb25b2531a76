// The ID that a client goes by: the label in front of our name that it asks for in its handshake (phone.dns.example.org), or the last
// part of its DoH path (/dns-query/phone). One form serves for both: letters, digits and inner hyphens, as in a host name (RFC 1034
// section 3.5).

const ID_MAX_CHARACTERS = 63;
const HYPHEN = 0x2d;

/** Lower-case; empty if what stands between `start` and `end` is no ID. */
export function clientIdIn(text: string, start: number, end: number): string {
  const length = end - start;
  if (length < 1 || length > ID_MAX_CHARACTERS) return '';
  if (text.charCodeAt(start) === HYPHEN || text.charCodeAt(end - 1) === HYPHEN) return '';
  for (let i = start; i < end; i++) if (!isIdCharacter(text.charCodeAt(i))) return '';
  return text.slice(start, end).toLowerCase();
}

/** The first label of a server name as a client sent it. */
export function clientIdInServerName(serverName: string): string {
  const dot = serverName.indexOf('.');
  return dot < 0 ? '' : clientIdIn(serverName, 0, dot);
}

function isIdCharacter(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === HYPHEN;
}
