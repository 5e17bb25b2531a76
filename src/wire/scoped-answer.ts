// An answer cut down to what belongs to its question. One per thread, or per use: it keeps room for a whole message.

import { ANSWER_FAULT, type AnswerFacts, readAnswer } from './answer-reader.ts';
import { rebuildAnswer } from './answer-rebuild.ts';
import { AnswerScope, SCOPE } from './answer-scope.ts';
import { MESSAGE_MAX_BYTES, readAuthorityCount, writeCounts } from './header.ts';
import { NAME_MAX_BYTES } from './name.ts';
import { RECORD_MIN_BYTES } from './resource-record.ts';

/** The largest answer that leaves room for an OPT record of ours. */
const LENGTH_MAX = MESSAGE_MAX_BYTES - RECORD_MIN_BYTES;

export class ScopedAnswer {
  /** Of the answer that was cut last. */
  readonly scope: AnswerScope = new AnswerScope();
  message: Uint8Array = new Uint8Array(0);
  length = 0;
  // An owner is written out before it is found to be the one before.
  readonly #rebuilt = new Uint8Array(MESSAGE_MAX_BYTES + NAME_MAX_BYTES);

  /**
   * Mostly everything but ADDITIONAL belongs, and nothing is copied: `message` is the one that was given, cut short. `facts`: just read
   * from it without fault; they say where everything stands then. False: the answer cannot be used.
   */
  cut(message: Uint8Array, facts: AnswerFacts, dnssecOk: boolean): boolean {
    const { scope } = this;
    const authorityCount = readAuthorityCount(message);
    const verdict = scope.judge(message, facts, authorityCount, dnssecOk);
    if (verdict === SCOPE.FAULT) return false;
    if (verdict === SCOPE.PARTS) return this.#rebuild(message, facts, dnssecOk);
    this.message = message;
    this.length = scope.ownerOf(scope.recordCount);
    writeCounts(message, 1, facts.answerCount, authorityCount, 0);
    facts.ttlCount = scope.recordCount;
    facts.lengthWithoutOpt = this.length;
    return this.length <= LENGTH_MAX;
  }

  #rebuild(message: Uint8Array, facts: AnswerFacts, dnssecOk: boolean): boolean {
    const length = rebuildAnswer(message, facts, this.scope, this.#rebuilt);
    if (length < 0 || length > LENGTH_MAX) return false;
    // A copy: others who wait may get it after the next answer has been rebuilt.
    this.message = this.#rebuilt.slice(0, length);
    this.length = length;
    // The facts of OPT are lost.
    if (readAnswer(this.message, length, facts) !== ANSWER_FAULT.NONE) return false;
    return this.scope.judge(this.message, facts, readAuthorityCount(this.message), dnssecOk) === SCOPE.WHOLE;
  }
}
