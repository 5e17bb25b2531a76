// Who writes TXT records for dns-01. Names are without trailing dot; several values can stand at one name at a time.

export interface DnsProvider {
  /** Adds a value; resolves when the provider has taken it. Rejects with an AcmeFailure. */
  present(name: string, value: string): Promise<void>;
  /** Takes that value away again; one that is not there is no failure. */
  remove(name: string, value: string): Promise<void>;
}

/** Names that may be the zone of `name`, the longest first: itself and what is above it, down to two labels. */
export function possibleZones(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(0, Math.max(labels.length - 1, 1)).map((_, index) => labels.slice(index).join('.'));
}

/** `name` as seen from its zone: "_acme-challenge.www" in example.org; "@" is the zone itself. */
export function nameInZone(name: string, zone: string): string {
  return name === zone ? '@' : name.slice(0, -zone.length - 1);
}
