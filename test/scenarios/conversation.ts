// A scripted conversation with the query handler: clients ask, the upstream answers from a script, time passes as told.

import * as dnsPacket from 'dns-packet';
import { createQueryHandler, type HandlesQueries } from '../../src/data-plane/query-handler.ts';
import type { QueryHandler, ReplySink, Transport } from '../../src/data-plane/listeners/listener.ts';
import { DOT, UDP } from '../../src/data-plane/listeners/transports.ts';
import { PolicyInForce } from '../../src/data-plane/policy-in-force.ts';
import { ServerCookies } from '../../src/data-plane/server-cookies.ts';
import { AnswerCache, createAnswerCache } from '../../src/memory/answer-cache/answer-cache.ts';
import type { Clock } from '../../src/memory/monotonic-clock.ts';
import { createCounters, readCounters, ThreadCounters } from '../../src/memory/counters/counters.ts';
import { createSightings } from '../../src/memory/sightings/sightings.ts';
import { createUpstreamNotes } from '../../src/memory/upstream-notes/upstream-notes.ts';
import type { CookieSnapshot, LiveSettings } from '../../src/plane-messages/thread-start.ts';
import {
  compileForOthers,
  compileLocalNames,
  type LocalNameContents,
  type LocalNameSettings,
  NO_CONTENTS,
} from '../../src/control-plane/local-names/compile-local-names.ts';
import { compressMessage } from '../fixtures/compress-message.ts';
import { NO_LOCAL_SETTINGS } from '../fixtures/local-settings.ts';
import { parseAccessEntry } from '../../src/policy/access-list.ts';
import { type CacheSettings, DEFAULT_CACHE_SETTINGS } from '../../src/policy/cache-settings.ts';
import type { GroupMembers } from '../../src/policy/client-groups.ts';
import { BlockTableBuilder } from '../../src/memory/block-table/block-table-builder.ts';
import {
  RULE_CLASS,
  type RuleResponse,
  type RuleSource,
  SCOPE,
  TIER,
} from '../../src/memory/block-table/rule-model.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { sourceMask } from '../../src/policy/source-mask.ts';
import { listSource, OWN_RULES, tableOfRules, testGroup } from '../fixtures/policy.ts';
import type { GroupPolicy } from '../../src/policy/group-policy.ts';
import type { Asker, Upstream, UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { parseAddress } from '../../src/wire/ip-address.ts';

const HASH_KEY = new Uint8Array(16).fill(7);

export const COOKIES: CookieSnapshot = {
  mode: 'answer',
  signing: new Uint8Array(16).fill(1),
  other: new Uint8Array(16).fill(2),
};

export interface Reply {
  readonly packet: dnsPacket.DecodedPacket & { rcode?: string };
  readonly bytes: Buffer;
  /** Info code and text of its first Extended DNS Error. */
  readonly extendedError: { readonly code: number; readonly text: string } | undefined;
  /** Info codes of all. */
  readonly extendedErrors: readonly number[];
}

export interface Ask {
  readonly name: string;
  readonly type?: string;
  readonly id?: number;
  readonly edns?:
    | {
        readonly size?: number;
        readonly dnssecOk?: boolean;
        readonly optionBytes?: number;
        readonly options?: readonly { readonly code: number; readonly data: Uint8Array }[];
      }
    | false;
  readonly flags?: number;
  readonly transport?: Transport;
  readonly client?: string;
  /** What the client goes by, over encrypted transports. */
  readonly clientId?: string;
}

/** A group of clients beside the default one. */
export interface ScriptedGroup {
  readonly name: string;
  /** Client IDs, addresses and networks. */
  readonly clients: readonly string[];
  /** Of its own. */
  readonly rules?: readonly string[];
  readonly policy?: Partial<GroupPolicy>;
}

/** What everybody's rules and policy are not. */
export interface ScriptedFilter {
  readonly groups?: readonly ScriptedGroup[];
  readonly refusesUnknownIds?: boolean;
  /** What `ads` says its blocks are. */
  readonly listErrorCode?: number;
  /** Lower-case wire names. */
  readonly rebindingExceptions?: readonly Uint8Array[];
}

/** What the scripted upstream does with a question: an outcome, now or when the test says so. */
export type Script = (
  question: dnsPacket.Question,
  query: dnsPacket.DecodedPacket,
) => UpstreamOutcome | Promise<UpstreamOutcome>;

/** What several conversations share when they stand for the query threads of one gateway. */
export interface SharedByThreads {
  readonly answerCache: SharedArrayBuffer;
  readonly upstreamNotes: SharedArrayBuffer;
  readonly sightings: SharedArrayBuffer;
  threads: number;
}

export function sharedByThreads(cacheBytes = 1 << 20): SharedByThreads {
  return {
    answerCache: createAnswerCache(cacheBytes),
    upstreamNotes: createUpstreamNotes(),
    sightings: createSightings(),
    threads: 0,
  };
}

export class Conversation {
  nowMilliseconds = 1_000_000;
  clock: Clock = () => this.nowMilliseconds;
  /** Questions that reached the upstream, as `name type`. */
  readonly asked: string[] = [];
  /** Which upstreams each of them might be put to: a bit for each, 0 for all. */
  readonly askedServers: number[] = [];
  readonly internalErrors: unknown[] = [];
  /** Zones whose own resolver asked what it was being asked. */
  readonly loops: string[] = [];
  script: Script = () => ({ ok: false, code: 'unreachable', detail: 'no script' });
  /** Its wall clock is the conversation's clock. */
  readonly cookies = new ServerCookies(COOKIES, () => this.clock());
  readonly #inForce: PolicyInForce;
  readonly #queries: HandlesQueries;
  readonly #counters = createCounters(1);
  #generation = 1;

  constructor(
    rules: readonly string[] = [],
    policy: Partial<GroupPolicy> = {},
    access: readonly string[] = ['loopback', 'private'],
    cache: Partial<CacheSettings> = {},
    localNames: LocalNameSettings = NO_LOCAL_SETTINGS,
    shared: SharedByThreads = sharedByThreads(),
    contents: LocalNameContents = NO_CONTENTS,
  ) {
    this.#localNames = compileLocalNames(localNames, HASH_KEY, contents).table;
    this.#namesForOthers = compileForOthers(localNames, HASH_KEY, contents.discovery);
    this.#mayKnowNames = localNames.access.localNames;
    this.#dns64 = localNames.resolve.dns64;
    this.#cache = cache;
    this.#access = access.flatMap((entry) => parseAccessEntry(entry) as never);
    this.#inForce = new PolicyInForce(...tablesOf(rules, []), this.#live(policy, {}));
    this.#queries = createQueryHandler({
      hashKey: HASH_KEY,
      inForce: this.#inForce,
      cache: new AnswerCache(shared.answerCache, ++shared.threads),
      counters: new ThreadCounters(this.#counters, 1),
      upstreamNotes: shared.upstreamNotes,
      sightings: shared.sightings,
      clock: () => this.clock(),
      cookies: this.cookies,
      onInternalError: (error) => this.internalErrors.push(error),
      zones: localNames.zones,
      onLoop: ({ text }) => this.loops.push(text),
      lanResolvers: localNames.zones.map((_zone, index) => ({
        ask: (query, asker) => void this.exchangeInLan(query, index).then((outcome) => tell(asker, outcome)),
      })),
      upstream: {
        ask: (query, asker, servers = 0) => {
          this.askedServers.push(servers);
          void this.exchange(query).then((outcome) => tell(asker, outcome));
        },
      },
    });
  }

  /** The upstream; by default it follows the script. */
  exchange: Upstream['exchange'] = async (query) => {
    const decoded = dnsPacket.decode(Buffer.from(query));
    const question = decoded.questions?.[0] as dnsPacket.Question;
    this.asked.push(`${question.name} ${question.type}`);
    return this.script(question, decoded);
  };

  /** Questions that reached the resolver of a zone, as `zone name type`; zones count from 0. */
  readonly askedInLan: string[] = [];
  lanScript: Script = () => ({ ok: false, code: 'timeout', detail: 'no script' });
  exchangeInLan = async (query: Uint8Array, zone: number): Promise<UpstreamOutcome> => {
    const decoded = dnsPacket.decode(Buffer.from(query));
    const question = decoded.questions?.[0] as dnsPacket.Question;
    this.askedInLan.push(`${zone} ${question.name} ${question.type}`);
    return this.lanScript(question, decoded);
  };

  readonly #access: LiveSettings['access']['plain'];
  readonly #cache: Partial<CacheSettings>;
  readonly #localNames: SharedArrayBuffer;
  readonly #namesForOthers: SharedArrayBuffer | undefined;
  readonly #mayKnowNames: LiveSettings['access']['localNames'];
  readonly #dns64: LiveSettings['dns64'];

  get counters() {
    return readCounters(this.#counters)[0]!;
  }

  get handler(): QueryHandler {
    return this.#queries.handler;
  }

  get waiting(): number {
    return this.#queries.waiting;
  }

  setPolicy(rules: readonly string[], policy: Partial<GroupPolicy> = {}, filter: ScriptedFilter = {}): void {
    this.#generation++;
    this.#inForce.replace(...tablesOf(rules, filter.groups ?? []), this.#live(policy, filter));
  }

  /** One rule of a list, beside these of the operator's: the name and all below it, or the address, get this response. */
  setRule(
    about: string,
    response: RuleResponse,
    rules: readonly string[] = [],
    policy: Partial<GroupPolicy> = {},
  ): void {
    this.#generation++;
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'test', sources: [listSource('ads')] });
    const shape = { class: RULE_CLASS.BLOCK, response };
    const wire = nameFromText(about)!;
    const octets = new Uint8Array(16);
    if (parseAddress(about, octets)) {
      const hex = octets.toHex();
      builder.addAddress(0, { firstHex: hex, lastHex: hex, shape, line: 1 });
    } else builder.add(0, wire, wire.length, SCOPE.SUBTREE, shape);
    this.#inForce.replace(builder.finish(), tablesOf(rules, [])[1], this.#live(policy, {}));
  }

  /** Sends raw octets; resolves with the raw reply, or undefined for silence. */
  send(message: Uint8Array, transport: Transport = UDP, client?: string, clientId = ''): Promise<Buffer | undefined> {
    const address = addressOf(client);
    return new Promise((resolve) => {
      const sink: ReplySink = {
        transport,
        answer: (_path, reply, length) => resolve(Buffer.from(reply.slice(0, length))),
        drop: () => resolve(undefined),
        clientId: () => clientId,
        retain: (path) => path,
      };
      this.#queries.handler(sink, {}, message, message.length, address);
    });
  }

  async ask(ask: Ask): Promise<Reply> {
    const reply = await this.send(encodeAsk(ask), ask.transport ?? DOT, ask.client, ask.clientId);
    if (reply === undefined) throw new Error(`no answer to ${ask.name}`);
    return readReply(reply);
  }

  #live(policy: Partial<GroupPolicy>, filter: ScriptedFilter): LiveSettings {
    const groups = filter.groups ?? [];
    return {
      groups: [
        testGroup({ ruleSources: sourceMask(32, [0]), ...policy }),
        ...groups.map(({ name, policy: own }, index) =>
          testGroup({ name, ruleSources: sourceMask(64, [0, index + 1]), ...own }),
        ),
      ],
      groupMembers: membersOf(groups, filter.refusesUnknownIds ?? false),
      listErrorCodes: filter.listErrorCode === undefined ? [] : [['ads', filter.listErrorCode]],
      rebindingExceptions: filter.rebindingExceptions ?? [],
      access: { plain: this.#access, encrypted: this.#access, localNames: this.#mayKnowNames },
      cache: { ...DEFAULT_CACHE_SETTINGS, ...this.#cache },
      blockingUpstreams: ['blocking.script'],
      localNames: this.#localNames,
      namesForOthers: this.#namesForOthers,
      dns64: this.#dns64,
      policyGeneration: this.#generation,
    };
  }
}

function tell(asker: Asker, outcome: UpstreamOutcome): void {
  if (outcome.ok) asker.onAnswer(outcome.message, outcome.server);
  else asker.onFailure(outcome);
}

/** Its 16 octets. */
export function addressOf(text = '127.0.0.1'): Uint8Array {
  const address = new Uint8Array(16);
  parseAddress(text, address);
  return address;
}

export function encodeAsk({
  name,
  type = 'A',
  id = 4711,
  edns = {},
  flags = dnsPacket.RECURSION_DESIRED,
}: Ask): Buffer {
  const packet: dnsPacket.Packet = {
    type: 'query',
    id,
    flags,
    questions: [{ name, type: type as dnsPacket.RecordType }],
  };
  if (edns !== false) {
    packet.additionals = [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: edns.size ?? 1232,
        flags: edns.dnssecOk ? dnsPacket.DNSSEC_OK : 0,
        options: [
          ...(edns.options ?? []),
          ...(edns.optionBytes === undefined ? [] : [{ code: 65_001, data: Buffer.alloc(edns.optionBytes) }]),
        ],
      } as never,
    ];
  }
  return dnsPacket.encode(packet);
}

export function readReply(bytes: Buffer): Reply {
  const packet = dnsPacket.decode(bytes);
  const opt = packet.additionals?.find((record) => record.type === 'OPT') as dnsPacket.OptAnswer | undefined;
  const option = opt?.options.find((option) => Number(option.code) === 15);
  const data = option === undefined ? undefined : ((option as { data?: Buffer }).data ?? Buffer.alloc(2));
  const extendedError = data && { code: data.readUInt16BE(0), text: data.subarray(2).toString('utf8') };
  const extendedErrors = (opt?.options ?? [])
    .filter(({ code }) => Number(code) === 15)
    .map((option) => ((option as { data?: Buffer }).data ?? Buffer.alloc(2)).readUInt16BE(0));
  return { packet, bytes, extendedError, extendedErrors };
}

/** An upstream's answer to `question` with these records, its names compressed as by real servers. */
export function answerWith(
  question: dnsPacket.Question,
  records: readonly dnsPacket.Answer[],
  extra: {
    readonly rcode?: number;
    readonly authorities?: dnsPacket.Answer[];
    readonly flags?: number;
    readonly opt?: Partial<dnsPacket.OptAnswer>;
  } = {},
): UpstreamOutcome {
  const message = dnsPacket.encode({
    type: 'response',
    id: 0,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | (extra.flags ?? 0) | (extra.rcode ?? 0),
    questions: [question],
    answers: [...records],
    authorities: extra.authorities ?? [],
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [], ...extra.opt } as never],
  });
  return { ok: true, message: compressMessage(message), server: 'script' };
}

export function soa(name: string, ttl: number, minimum: number): dnsPacket.Answer {
  return {
    type: 'SOA',
    name,
    ttl,
    data: { mname: 'ns.example', rname: 'admin.example', serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
  };
}

/** `list:name` is an exact entry of the list "ads", anything else a rule of the operator's. */
function tablesOf(
  lines: readonly string[],
  groups: readonly ScriptedGroup[],
): readonly [lists: SharedArrayBuffer, rules: SharedArrayBuffer] {
  const isListed = (line: string): boolean => line.startsWith('list:');
  const listed = lines.filter(isListed).map((line) => line.slice('list:'.length));
  const rules = lines.filter((line) => !isListed(line));
  const ofGroups = groups.map(({ name, rules: own = [] }): [RuleSource, readonly string[]] => [
    { name, kind: 'group-rules', tier: TIER.GROUP_RULES },
    own,
  ]);
  return [
    tableOfRules(HASH_KEY, [[listSource('ads'), listed]]),
    tableOfRules(HASH_KEY, [[OWN_RULES, rules], ...ofGroups]),
  ];
}

function membersOf(groups: readonly ScriptedGroup[], refusesUnknownIds: boolean): GroupMembers {
  const clients = groups.flatMap(({ clients: ofGroup }, index) =>
    ofGroup.map((text) => ({ text, groupIndex: index + 1 })),
  );
  const ranges = (text: string) => (/[.:]/.test(text) ? parseAccessEntry(text) : []);
  return {
    ids: clients.filter(({ text }) => !/[.:]/.test(text)).map(({ text, groupIndex }) => ({ id: text, groupIndex })),
    networks: clients.flatMap(({ text, groupIndex }) =>
      (ranges(text) as LiveSettings['access']['plain']).map((range) => ({ ...range, groupIndex })),
    ),
    refusesUnknownIds,
  };
}
