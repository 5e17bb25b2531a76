// What people see of orders: the steps of each as they come, and its end. The last order and the last rehearsal each have a record of
// their own: one does not take the place of the other.

import type { OrderState } from '../certificate-state.ts';

const STEPS_MAX = 200;

export class OrderRecord {
  readonly number: number;
  /** At the test environment: nothing is kept of it. */
  readonly isRehearsal: boolean;
  readonly #steps: string[] = [];
  #outcome: OrderState['outcome'] = 'under way';

  constructor(number: number, isRehearsal: boolean) {
    this.number = number;
    this.isRehearsal = isRehearsal;
  }

  get isUnderWay(): boolean {
    return this.#outcome === 'under way';
  }

  addStep(text: string): void {
    if (this.#steps.length < STEPS_MAX) this.#steps.push(text);
  }

  end(outcome: 'done' | 'failed'): void {
    this.#outcome = outcome;
  }

  get state(): OrderState {
    return { number: this.number, isRehearsal: this.isRehearsal, steps: [...this.#steps], outcome: this.#outcome };
  }
}

export class OrderRecords {
  #order: OrderRecord | undefined;
  #rehearsal: OrderRecord | undefined;

  /** The last one of this kind. */
  last(isRehearsal: boolean): OrderRecord | undefined {
    return isRehearsal ? this.#rehearsal : this.#order;
  }

  begin(number: number, isRehearsal: boolean): OrderRecord {
    const record = new OrderRecord(number, isRehearsal);
    if (isRehearsal) this.#rehearsal = record;
    else this.#order = record;
    return record;
  }

  get states(): { readonly order: OrderState | undefined; readonly rehearsal: OrderState | undefined } {
    return { order: this.#order?.state, rehearsal: this.#rehearsal?.state };
  }
}
