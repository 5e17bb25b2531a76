// Where everything stands in the shared buffer of local names. See README.md for the picture.

export const MAGIC = 0x6c6f_6331;

/** Words of the header. */
export const HEADER = {
  MAGIC: 0,
  BYTE_LENGTH: 1,
  NODE_COUNT: 2,
  /** A power of two. */
  SLOT_COUNT: 3,
  /** Places of the parts, in words. */
  SLOTS: 4,
  NODES: 5,
  ZONES: 6,
  ZONE_COUNT: 7,
  /** Place of the octets, in octets. */
  OCTETS: 8,
} as const;
export const HEADER_WORDS = 16;

/** Words of a node: a name that owns something, or an ancestor of one. Node 0 is the root. */
export const NODE = {
  /** High half of the name's hash. */
  HASH: 0,
  NAME: 1,
  /** Length of the name in the low octet, then its flags (LOCAL_FLAG, with those of its ancestors), then EXISTS. */
  INFO: 2,
  /** The zone it belongs to; zone 0 is what is not ours. */
  ZONE: 3,
  /** The node of `*.name`, 0 for none. */
  WILDCARD: 4,
  /** Its RRsets, 0 for none. */
  RRSETS: 5,
  /** Of an alias: the node that answers for its target, or one of ALIAS. */
  NEXT: 6,
  /** Of an alias that ends within a zone without records: the zone. */
  NEXT_ZONE: 7,
} as const;
export const NODE_WORDS = 8;

export const NAME_LENGTH_MASK = 0xff;
export const FLAGS_SHIFT = 8;
export const FLAGS_MASK = 0xff;
/** It owns records, or something below it does (RFC 4592 section 2.2.2). */
export const EXISTS = 1 << 16;

/** Where an alias leads that no node answers for. */
export const ALIAS = { NONE: 0, OUTSIDE: -1, NON_EXISTENT: -2, NO_DATA: -3 } as const;

/** Words of a zone. */
export const ZONE = {
  KIND: 0,
  FORWARDER: 1,
  NEGATIVE_TTL: 2,
  APEX: 3,
  APEX_LENGTH: 4,
  SOA: 5,
  SOA_LENGTH: 6,
  /** ZONE_FLAG bits. */
  FLAGS: 7,
} as const;
export const ZONE_WORDS = 8;
export const ZONE_FLAG = { PARENT_ANSWERS_DS: 1, IS_CANARY: 2, IS_CHECK: 4 } as const;

// An RRset among the octets: five 16-bit numbers, then the answers (TYPE, CLASS, TTL, RDLENGTH, RDATA each), then the
// additional records (with their owners). A node's RRsets follow a 16-bit count of them.
export const RRSET = { TYPE: 0, ANSWERS: 2, ANSWER_BYTES: 4, ADDITIONALS: 6, ADDITIONAL_BYTES: 8 } as const;
export const RRSET_HEAD_BYTES = 10;

/**
 * A type that no question has: SVCB records at the node of `*.NAME` for the resolvers of single clients, `_dns.ID.NAME`. Their target is
 * the root; an answer names ID.NAME in its place, so that whoever goes by an ID keeps it.
 */
export const CLIENT_SERVICES = 0;

/** An alias leads to an alias at most this often. */
export const CHAIN_MAX = 8;
