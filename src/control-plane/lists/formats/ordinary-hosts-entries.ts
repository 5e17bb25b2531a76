// Names that stand at the head of many hosts files because every hosts file has them, not because they are to be blocked.

const NAMES = [
  'localhost',
  'localhost.localdomain',
  'localhost4',
  'localhost4.localdomain4',
  'localhost6',
  'localhost6.localdomain6',
  'local',
  'broadcasthost',
  'ip6-localhost',
  'ip6-loopback',
  'ip6-localnet',
  'ip6-mcastprefix',
  'ip6-allnodes',
  'ip6-allrouters',
  'ip6-allhosts',
  '0.0.0.0',
];

/** The names as wire names, by their length, so that nearly every name of a list is told apart by one look. */
const BY_LENGTH: (Uint8Array[] | undefined)[] = new Array(256).fill(undefined);
for (const name of NAMES) {
  const wire = Buffer.from(`.${name}.`, 'latin1');
  for (let at = 0; at < wire.length - 1; ) {
    const labelLength = wire.indexOf('.', at + 1) - at - 1;
    wire[at] = labelLength;
    at += labelLength + 1;
  }
  wire[wire.length - 1] = 0;
  BY_LENGTH[wire.length] = [...(BY_LENGTH[wire.length] ?? []), wire];
}

export function isOrdinaryHostsEntry(wire: Uint8Array, length: number): boolean {
  const candidates = BY_LENGTH[length];
  if (candidates === undefined) return false;
  for (const candidate of candidates) {
    let same = 0;
    while (same < length && wire[same] === candidate[same]) same++;
    if (same === length) return true;
  }
  return false;
}
