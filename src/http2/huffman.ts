// Huffman-coded strings of header compression (RFC 7541 section 5.2 and appendix B), decoded four bits a step.

/**
 * Bits of the code of each octet, and of the end-of-string symbol behind them. The code is canonical: among codes of one length,
 * and from shorter to longer, the next symbol gets the next number; so the lengths say everything.
 */
// biome-ignore format: sixteen octets a row
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
   6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6,
   5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10,
  13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
   7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6,
  15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,
   6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const END_OF_STRING = 256;
const CODE_BITS_MAX = 30;

/** Of a step: the state behind it in the low octet, the decoded octet above that, and these. */
const EMITS = 0x1_0000;
const FAILS = 0x2_0000;
const SYMBOL_SHIFT = 8;

/** What four bits do in a state: STEPS[state * 16 + bits]. States are the inner nodes of the code tree; the root is 0. */
const STEPS = new Int32Array(256 * 16);
/** Whether a string may end in this state: at most seven bits of a code, all ones (section 5.2). */
const MAY_END = new Uint8Array(256);
buildTables();

/**
 * Decodes bytes [start, end) into `out`, which must have room for 8 / 5 of them. Returns the number of octets, or -1 on a fault:
 * an end-of-string symbol, or padding that is not the beginning of one.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let state = 0;
  let length = 0;
  for (let position = start; position < end; position++) {
    const octet = bytes[position]!;
    const first = STEPS[(state << 4) | (octet >>> 4)]!;
    if (first >= EMITS) {
      if (first >= FAILS) return -1;
      out[length++] = first >>> SYMBOL_SHIFT;
    }
    const second = STEPS[((first & 0xff) << 4) | (octet & 0xf)]!;
    if (second >= EMITS) {
      if (second >= FAILS) return -1;
      out[length++] = second >>> SYMBOL_SHIFT;
    }
    state = second & 0xff;
  }
  return MAY_END[state] === 1 ? length : -1;
}

function buildTables(): void {
  const tree = codeTree();
  for (let state = 0; state < tree.length; state++) {
    for (let bits = 0; bits < 16; bits++) STEPS[(state << 4) | bits] = stepFrom(tree, state, bits);
  }
  // The end-of-string symbol is all ones: its beginnings lie on the way along the ones.
  for (let state = 0, bits = 0; bits < 8; bits++) {
    MAY_END[state] = 1;
    state = tree[state]![1];
  }
}

function stepFrom(tree: readonly [number, number][], state: number, bits: number): number {
  let node = state;
  let emitted = 0;
  for (let mask = 8; mask > 0; mask >>>= 1) {
    node = tree[node]![(bits & mask) === 0 ? 0 : 1];
    if (node >= 0) continue;
    const symbol = -1 - node;
    if (symbol === END_OF_STRING) return FAILS;
    emitted = EMITS | (symbol << SYMBOL_SHIFT);
    node = 0;
  }
  return emitted | node;
}

/** Inner nodes as pairs of children: an inner node, or -1 - symbol. */
function codeTree(): [number, number][] {
  const tree: [number, number][] = [[0, 0]];
  let code = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++, code *= 2) {
    for (let symbol = 0; symbol < CODE_BITS.length; symbol++) {
      if (CODE_BITS[symbol] !== length) continue;
      addCode(tree, code, length, symbol);
      code++;
    }
  }
  return tree;
}

function addCode(tree: [number, number][], code: number, length: number, symbol: number): void {
  let node = 0;
  for (let bit = length - 1; bit > 0; bit--) {
    const side = Math.floor(code / 2 ** bit) % 2 === 0 ? 0 : 1;
    // 0 is the root, which is nobody's child: no node here yet.
    if (tree[node]![side] === 0) tree[node]![side] = tree.push([0, 0]) - 1;
    node = tree[node]![side];
  }
  tree[node]![code % 2 === 0 ? 0 : 1] = -1 - symbol;
}
