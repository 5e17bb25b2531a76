// Where a response policy zone is, and what its owner names say below it: $ORIGIN, relative and absolute names.

/** A name that no zone has, for one whose own is not written down. */
const UNNAMED = '\u0000';

export class RpzZone {
  /** Lower-case, without the last dot, as all names here. */
  private apex = UNNAMED;
  private origin = UNNAMED;

  /** Whether a relative name is a trigger as it stands. */
  get isAtApex(): boolean {
    return this.origin === this.apex;
  }

  setOrigin(text: string): void {
    this.origin = this.absolute(text);
  }

  /** The owner of the first SOA is the zone. */
  setApex(owner: string): void {
    if (this.apex === UNNAMED) this.apex = this.absolute(owner);
  }

  /** The owner without the zone's name ('' for the zone itself); undefined for a name outside the zone. */
  trigger(owner: string): string | undefined {
    const name = this.absolute(owner);
    // Where no SOA names the zone, its first $ORIGIN does.
    if (this.apex === UNNAMED && !name.endsWith(UNNAMED)) this.apex = this.origin;
    if (name === this.apex) return '';
    if (this.apex === '') return name;
    return name.endsWith(`.${this.apex}`) ? name.slice(0, -this.apex.length - 1) : undefined;
  }

  /** The whole name, which is no name in text where it is relative to a zone whose name is not known. */
  absolute(text: string): string {
    const name = text.toLowerCase();
    if (name.endsWith('.')) return name.slice(0, -1);
    if (name === '@') return this.origin;
    return this.origin === '' ? name : `${name}.${this.origin}`;
  }
}
