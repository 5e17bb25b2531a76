// What the control socket says of certificates, and ordering them now.

import type { OrderChoice } from '../certificates/acme/acme-keeper.ts';
import type { CertificateState } from '../certificates/certificate-state.ts';
import { readCertificateName } from '../settings/certificate-name.ts';
import type { Route } from './control-socket.ts';

const WORDS: ReadonlySet<string> = new Set(['name', 'which', 'rehearsal']);
const ALLOWED = 'allowed: name=NAME, which=missing or which=all, rehearsal';

export interface CertificateRouteParts {
  certificateStates(): readonly CertificateState[];
  /** Begins orders; their numbers, or why there are none. */
  orderCertificates(choice: OrderChoice): readonly number[] | string;
}

/** Answer of /v1/certificates. */
export interface CertificatesStatus {
  readonly certificates: readonly CertificateState[];
}

/** Answer of /v1/certificates/order. */
export interface OrdersBegun {
  readonly orders: readonly number[];
}

export function certificateRoutes(parts: CertificateRouteParts): Readonly<Record<string, Route>> {
  return {
    '/v1/certificates': () => ({
      status: 200,
      body: { certificates: parts.certificateStates() } satisfies CertificatesStatus,
    }),
    'POST /v1/certificates/order': (parameters) => {
      const choice = readChoice(parameters);
      if ('error' in choice) return { status: 400, error: choice.error };
      const orders = parts.orderCertificates(choice);
      if (typeof orders === 'string') return { status: 400, error: orders };
      return { status: 200, body: { orders } satisfies OrdersBegun };
    },
  };
}

function readChoice(parameters: URLSearchParams): OrderChoice | { readonly error: string } {
  for (const word of parameters.keys()) {
    if (!WORDS.has(word)) return { error: `"${word}" is not known; ${ALLOWED}` };
    if (parameters.getAll(word).length > 1) return { error: `"${word}" stands there twice; ${ALLOWED}` };
  }
  const which = parameters.get('which') ?? 'missing';
  if (which !== 'missing' && which !== 'all') return { error: `"${which}" is not known; ${ALLOWED}` };
  const written = parameters.get('name');
  if (written === null) return { name: undefined, which, isRehearsal: parameters.has('rehearsal') };
  const name = readCertificateName(written);
  if (name.wrong !== undefined) return { error: name.wrong };
  return { name: name.value, which, isRehearsal: parameters.has('rehearsal') };
}
