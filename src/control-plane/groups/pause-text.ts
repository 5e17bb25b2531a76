// How a pause reads in the log.

export class PauseText {
  readonly #names: readonly string[];

  /** Of all groups. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  paused(groupIndexes: readonly number[], until: Date): string {
    const time = `${until.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    return `filtering is paused for ${this.#whom(groupIndexes)} until ${time}: everything is answered`;
  }

  resumed(groupIndexes: readonly number[]): string {
    return `filtering goes on for ${this.#whom(groupIndexes)}`;
  }

  #whom(groupIndexes: readonly number[]): string {
    if (groupIndexes.length === this.#names.length) return 'everybody';
    const names = groupIndexes.map((index) => this.#names[index]!);
    return `${names.length === 1 ? 'the group' : 'the groups'} ${names.join(', ')}`;
  }
}
