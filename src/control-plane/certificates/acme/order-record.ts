// What people see of one order: its steps as they come, and its end.

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
