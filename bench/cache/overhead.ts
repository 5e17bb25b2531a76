// Bytes beside key and answer that an entry costs in a full cache, index and gaps included: node bench/cache/overhead.ts

import { AnswerCache, CachedAnswer } from '../../src/memory/answer-cache/answer-cache.ts';
import { readAnswerCacheUsage } from '../../src/memory/answer-cache/usage.ts';
import { TYPE } from './answer-shapes.ts';
import { KeyTable } from './key-table.ts';
import { emptyCache, productionRule } from './simulate.ts';

const CACHE_BYTES = 4e6;
const KEYS = 150_000;
/** Type, class, variant. */
const KIND_BYTES = 5;

export interface OverheadRow {
  readonly messages: string;
  /** Of the answers, those with signatures. */
  readonly signedShare: number;
  readonly entries: number;
  readonly messageBytes: number;
  readonly ttls: number;
  readonly overheadBytes: number;
}

const MIXES = [
  { messages: 'A', types: [TYPE.A], nxdomainShare: 0, signedShare: 0 },
  {
    messages: 'A, AAAA, HTTPS as clients ask',
    types: [TYPE.A, TYPE.A, TYPE.AAAA, TYPE.HTTPS],
    nxdomainShare: 0.05,
    signedShare: 0.06,
  },
  { messages: 'NXDOMAIN with SOA', types: [TYPE.A], nxdomainShare: 1, signedShare: 0 },
  { messages: 'PTR and MX', types: [TYPE.PTR, TYPE.MX], nxdomainShare: 0.2, signedShare: 0.06 },
  { messages: 'all signed', types: [TYPE.A, TYPE.AAAA, TYPE.HTTPS], nxdomainShare: 0.1, signedShare: 1 },
  { messages: 'NXDOMAIN, all signed', types: [TYPE.A], nxdomainShare: 1, signedShare: 1 },
];

/** Fills a cache by keys that come once, of which none expires, and counts what can be found in the end. */
export function overheadRows(): OverheadRow[] {
  return MIXES.map(({ messages, types, nxdomainShare, signedShare }) => {
    const keys = new KeyTable();
    for (let i = 0; i < KEYS; i++) {
      keys.add(
        `${i % 3 === 0 ? 'www.' : ''}name-${i}.example.org`,
        types[i % types.length]!,
        nxdomainShare,
        signedShare,
      );
    }
    const buffer = emptyCache(CACHE_BYTES, productionRule.nurseryPermille);
    const cache = new AnswerCache(buffer, 1, productionRule.makeRule);
    const answer = new CachedAnswer();
    for (let number = 0; number < KEYS; number++) {
      keys.fill(answer, number, 0, false);
      cache.store(keys.keyOf(number), answer);
    }
    let messageBytes = 0;
    let keyBytes = 0;
    let ttls = 0;
    let entries = 0;
    for (let number = 0; number < KEYS; number++) {
      const key = keys.keyOf(number);
      if (!cache.find(key, 0, answer)) continue;
      entries++;
      messageBytes += answer.messageLength;
      keyBytes += key.nameLength + KIND_BYTES;
      ttls += answer.ttlCount;
    }
    if (entries !== readAnswerCacheUsage(buffer).entryCount)
      throw new Error('the cache counts other entries than it finds');
    return {
      messages,
      signedShare,
      entries,
      messageBytes: messageBytes / entries,
      ttls: ttls / entries,
      overheadBytes: (buffer.byteLength - messageBytes - keyBytes) / entries,
    };
  });
}

if (import.meta.main) {
  for (const { messages, entries, messageBytes, ttls, overheadBytes } of overheadRows()) {
    console.log(
      `${messages.padEnd(32)} ${overheadBytes.toFixed(1)} bytes (${messageBytes.toFixed(0)} octets, ${ttls.toFixed(1)} TTLs, ${entries} entries)`,
    );
  }
}
