// The process's own questions (a CA, a proof in the DNS, a list): names of this network are answered from the local names, or asked
// of the resolver of their zone, as a client's are; only the others go to the upstream. Main thread.

import { appendLocalRecords } from '../../memory/local-names/append-local-answer.ts';
import { LOCAL, LocalMatch, LocalNames } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { isHomeEnding } from '../settings/local-endings.ts';
import { LanHealth } from '../../upstream/lan-resolver/lan-health.ts';
import { LanResolver } from '../../upstream/lan-resolver/lan-resolver.ts';
import type { LanZone } from '../../upstream/lan-resolver/lan-zone.ts';
import type { AnswersQuestions, UpstreamOutcome } from '../../upstream/upstream.ts';
import {
  FLAG_QR,
  FLAG_RA,
  HEADER_BYTES,
  MESSAGE_MAX_BYTES,
  readFlags,
  readUint16,
  writeCounts,
  writeFlags,
} from '../../wire/header.ts';
import { nameToText } from '../../wire/name-text.ts';
import { foldName, skipName } from '../../wire/name.ts';
import { CLASS, RCODE } from '../../wire/numbers.ts';
import { buildQuery } from '../../wire/query-builder.ts';
import { QUESTION_FIXED_BYTES } from '../../wire/resource-record.ts';

export interface AskHereFirstOptions {
  readonly upstream: AnswersQuestions;
  /** The table of local names in force. */
  readonly localNames: () => SharedArrayBuffer;
  readonly hashKey: Uint8Array;
  readonly zones: readonly LanZone[];
}

/** Aliases that lead from one name of ours to another are followed in the table itself. */
const ALIASES_MAX = 4;
const HERE = 'this gateway';

export class AskHereFirst implements AnswersQuestions {
  readonly #options: AskHereFirstOptions;
  readonly #hasher: NameHasher;
  readonly #resolvers: readonly LanResolver[];
  #buffer: SharedArrayBuffer | undefined;
  #names: LocalNames | undefined;

  constructor(options: AskHereFirstOptions) {
    this.#options = options;
    this.#hasher = new NameHasher(options.hashKey);
    // What clients' questions show of a resolver's health is told by the query threads.
    const silent = { onDown: () => undefined, onUp: () => undefined, onReferral: () => undefined };
    this.#resolvers = options.zones.map(({ resolvers }) => new LanResolver(resolvers, new LanHealth(silent)));
  }

  /** `query`: of wire/query-builder. Never rejects. */
  exchange(query: Uint8Array): Promise<UpstreamOutcome> {
    return this.#exchange(query, ALIASES_MAX);
  }

  close(): void {
    for (const resolver of this.#resolvers) resolver.close();
  }

  async #exchange(query: Uint8Array, aliasesLeft: number): Promise<UpstreamOutcome> {
    const nameEnd = skipName(query, HEADER_BYTES, query.length);
    const name = Uint8Array.from(query.subarray(HEADER_BYTES, nameEnd));
    const type = readUint16(query, nameEnd);
    const names = this.#namesInForce();
    const match = new LocalMatch();
    foldName(name, name.length);
    this.#hasher.hash(name, name.length);
    names.find(name, name.length, type, this.#hasher, match);
    if (match.outcome === LOCAL.PASS) {
      if (match.forwarder >= 0) return this.#askZone(match.forwarder, query);
      // Names of this network alone: nobody outside has an answer.
      if (this.#hasher.labelCount === 1 || isHomeEnding(nameToText(name)))
        return answered(startReply(query, nameEnd, RCODE.NXDOMAIN).subarray(0, nameEnd + QUESTION_FIXED_BYTES));
      return this.#options.upstream.exchange(query);
    }
    const reply = startReply(query, nameEnd, RCODE.NOERROR);
    let length = nameEnd + QUESTION_FIXED_BYTES;
    if (match.outcome === LOCAL.RECORDS) length = appendLocalRecords(names, match, type, reply, length);
    if (match.outcome === LOCAL.ALIAS && aliasesLeft > 0) return this.#exchange(queryFor(match, type), aliasesLeft - 1);
    if (match.outcome === LOCAL.NON_EXISTENT) writeFlags(reply, readFlags(reply) | RCODE.NXDOMAIN);
    return answered(reply.subarray(0, length));
  }

  #namesInForce(): LocalNames {
    const buffer = this.#options.localNames();
    if (this.#names === undefined || this.#buffer !== buffer) this.#names = new LocalNames(buffer);
    this.#buffer = buffer;
    return this.#names;
  }

  #askZone(index: number, query: Uint8Array): Promise<UpstreamOutcome> {
    return new Promise((resolve) =>
      this.#resolvers[index]!.ask(query, {
        onAnswer: (message, server) => resolve({ ok: true, message: Uint8Array.from(message), server }),
        onFailure: resolve,
      }),
    );
  }
}

/** Room for any reply; header and question are in it. */
function startReply(query: Uint8Array, nameEnd: number, rcode: number): Uint8Array {
  const reply = new Uint8Array(MESSAGE_MAX_BYTES);
  reply.set(query.subarray(0, nameEnd + QUESTION_FIXED_BYTES));
  writeFlags(reply, readFlags(query) | FLAG_QR | FLAG_RA | rcode);
  writeCounts(reply, 1, 0, 0, 0);
  return reply;
}

function queryFor({ alias, aliasLength }: LocalMatch, type: number): Uint8Array {
  const question = { name: alias, nameLength: aliasLength, type, class: CLASS.IN };
  return buildQuery({ ...question, dnssecOk: false, checkingDisabled: false });
}

function answered(message: Uint8Array): UpstreamOutcome {
  return { ok: true, message, server: HERE };
}
