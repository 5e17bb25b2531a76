// Sizes and lifetimes of answers as they are met on the internet, made from a number alone: the same name and type always get the same
// answer. Octet counts follow from the records (RFC 1035 section 3.2.1: 12 octets and RDATA with a compressed owner name).

import { mix } from '../../test/fixtures/self-checking-answer.ts';

export interface AnswerShape {
  readonly messageLength: number;
  readonly ttlCount: number;
  readonly ttlSeconds: number;
  readonly isNxdomain: boolean;
}

export const TYPE = { A: 1, PTR: 12, MX: 15, AAAA: 28, SRV: 33, HTTPS: 65 } as const;

const RECORD = 12;
const ADDRESS_TTLS = [20, 60, 60, 60, 300, 300, 300, 300, 600, 900, 3600, 3600, 3600, 21_600, 86_400, 300];
const STEADY_TTLS = [300, 3600, 3600, 3600, 14_400, 86_400, 86_400, 43_200];
const NEGATIVE_TTLS = [60, 300, 900, 900, 1800, 3600, 3600, 86_400];

/** `seed`: 32 bits that stand for name and type. `signedShare`: of the answers, those that carry DNSSEC records. */
export function shapeOf(
  seed: number,
  type: number,
  nameLength: number,
  nxdomainShare: number,
  signedShare: number,
): AnswerShape {
  const draw = drawsOf(seed);
  const isNxdomain = draw() < nxdomainShare;
  const isSigned = draw() < signedShare;
  const question = 12 + nameLength + 4;
  const hasNoData = !isNxdomain && ((type === TYPE.AAAA && draw() < 0.4) || (type === TYPE.HTTPS && draw() < 0.6));
  if (isNxdomain || hasNoData) {
    const soa = RECORD + 20 + 30 + Math.floor(draw() * 25);
    // Signed: NSEC or NSEC3 (three of them for a name that does not exist), each set with its signature.
    const proofs = isNxdomain ? 3 : 1;
    const proof = isSigned ? signature(draw()) + proofs * (RECORD + 55 + signature(draw())) : 0;
    return {
      messageLength: question + soa + proof,
      ttlCount: isSigned ? 2 + 2 * proofs : 1,
      ttlSeconds: NEGATIVE_TTLS[Math.floor(draw() * NEGATIVE_TTLS.length)]!,
      isNxdomain,
    };
  }
  const aliases = type === TYPE.PTR || type === TYPE.MX || draw() < 0.7 ? 0 : 1 + Math.floor(draw() * 2);
  const isAddress = type === TYPE.A || type === TYPE.AAAA;
  const records = type === TYPE.PTR || type === TYPE.HTTPS || draw() < 0.45 ? 1 : 2 + Math.floor(draw() * 4);
  const signatures = isSigned ? 1 + aliases : 0;
  const ttls = isAddress || type === TYPE.HTTPS ? ADDRESS_TTLS : STEADY_TTLS;
  return {
    messageLength:
      question +
      aliases * (RECORD + 18 + Math.floor(draw() * 24)) +
      records * (RECORD + dataLength(type, draw())) +
      signatures * signature(draw()),
    ttlCount: aliases + records + signatures,
    ttlSeconds: ttls[Math.floor(draw() * ttls.length)]!,
    isNxdomain,
  };
}

function dataLength(type: number, fraction: number): number {
  if (type === TYPE.A) return 4;
  if (type === TYPE.AAAA) return 16;
  if (type === TYPE.HTTPS) return 30 + Math.floor(fraction * 90);
  return 8 + Math.floor(fraction * 24);
}

/** RRSIG: 18 octets, the signer's name, and 64 (ECDSA) or 256 (RSA) of signature. */
function signature(fraction: number): number {
  return RECORD + 18 + 16 + (fraction < 0.6 ? 64 : 256);
}

/** Fractions from 0 to 1 that follow from the seed. */
export function drawsOf(seed: number): () => number {
  let state = mix(seed ^ 0x51ed_270b);
  return () => {
    state = mix((state + 0x9e37_79b9) | 0);
    return (state >>> 0) / 2 ** 32;
  };
}
