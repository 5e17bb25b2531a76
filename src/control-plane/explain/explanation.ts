// What `sotto explain` finds out about a name: plain values, which the control socket gives as JSON.

import type { RuleSource } from '../../memory/block-table/rule-model.ts';
import type { DecisionDescription } from '../../policy/describe-decision.ts';
import type { LocalResponse } from './explain-local.ts';
import type { RulePlace } from './rule-place.ts';

/** Why an answer is kept back, by no rule. `upstream-blocks`: the upstream's own filter. */
export type ReachReason = 'private-address' | 'too-many-addresses' | 'upstream-blocks';

export interface Explanation extends Omit<DecisionDescription, 'action' | 'reason'> {
  readonly name: string;
  /** Mnemonic of the type asked for. */
  readonly type: string;
  /** `refused`: a client ID that no group names, where the operator wants none of those. */
  readonly action: DecisionDescription['action'] | 'refused';
  readonly reason: DecisionDescription['reason'] | 'unknown-client-id' | ReachReason;
  readonly client: ExplainedClient;
  /** Every rule about the name, the strongest first; empty where no rule is asked. */
  readonly rules: readonly ExplainedRule[];
  /** There were more. */
  readonly hasMoreRules: boolean;
  /** What the answer leads to; undefined where nobody looks there. */
  readonly reached: ExplainedReach | undefined;
  /** What the client gets. */
  readonly answer: ExplainedAnswer;
  /** Answered by the gateway itself, whatever the rules say. */
  readonly local: LocalResponse | undefined;
  /** In words, whose names these are: asked in plain text at a resolver of this network; undefined for the upstream's. */
  readonly plaintext: string | undefined;
  /** What else there is to know: a sentence each, without a full stop. */
  readonly notes: readonly string[];
  /** What a client gets in place of an answer, e.g. `nxdomain`; undefined where the name is answered. */
  readonly response: string | undefined;
  /** Nothing names it, but a list that has not arrived could. */
  readonly isPreliminary: boolean;
  /** Where it is written, of what decides: the rule, or the local name. */
  readonly line: RulePlace | undefined;
}

/** Who asks, and what holds for such a client. */
export interface ExplainedClient {
  /** As given; undefined: nobody in particular. */
  readonly client: string | undefined;
  /** Undefined where the client is refused. */
  readonly group: string | undefined;
  /** Why it is in that group, without a full stop. */
  readonly why: string;
  /** The schedule in force; undefined: none. */
  readonly schedule: string | undefined;
  /** The first instant at which schedules may make a difference, in milliseconds since 1970; undefined: the group has none. */
  readonly scheduleUntil: number | undefined;
  /** In milliseconds since 1970; undefined: it is not paused. */
  readonly pausedUntil: number | undefined;
}

export interface ExplainedRule {
  readonly action: 'block' | 'allow';
  readonly isImportant: boolean;
  readonly decides: boolean;
  /** Why it does not; undefined for the one that decides. */
  readonly whyNot: string | undefined;
  readonly sourceName: string;
  readonly sourceKind: RuleSource['kind'];
  /** Without its options, e.g. `||example.org^`; undefined for a rule about addresses. */
  readonly ruleText: string | undefined;
  /** What it answers with, where that is its own. */
  readonly response: string | undefined;
  /** Undefined for a rule that nobody wrote, or that is not found any more. */
  readonly place: RulePlace | undefined;
}

export interface ExplainedAnswer {
  /** E.g. `NXDOMAIN: no such name`. */
  readonly text: string;
  /** Extended DNS Errors (RFC 8914) that go with it. */
  readonly extendedErrors: readonly ExplainedError[];
}

export interface ExplainedError {
  readonly code: number;
  /** That of the registry. */
  readonly name: string;
  /** Empty where the group has its texts switched off, or the code says it all. */
  readonly text: string;
}

/** The answer that there is at the moment, or why it could not be looked at. */
export type ExplainedReach =
  | {
      readonly wasLookedAt: true;
      readonly from: string;
      readonly rcode: string;
      readonly places: readonly ReachedPlace[];
    }
  | { readonly wasLookedAt: false; readonly why: string };

/** A name or an address in an answer. */
export interface ReachedPlace {
  readonly kind: 'CNAME' | 'DNAME' | 'service' | 'address';
  readonly text: string;
  readonly action: 'allow' | 'block';
  /** Why it keeps the answer from the client; undefined where it does not. */
  readonly why: string | undefined;
  readonly rules: readonly ExplainedRule[];
  readonly hasMoreRules: boolean;
}
