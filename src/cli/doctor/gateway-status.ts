// Whether a gateway runs with this state directory, and what it says of itself over its control socket.

import type { GatewayIdentity } from '../../control-plane/api/routes.ts';
import type { ListeningAddress } from '../../control-plane/local-names/discovery-records.ts';
import { OperatorError } from '../../errors.ts';
import { requestGateway } from '../gateway-request.ts';

export interface GatewayStatus extends GatewayIdentity {
  /** Null before it has been found out. */
  readonly upstreamReachable: boolean | null;
  readonly listsComplete: boolean;
}

export type GatewayState =
  | { readonly kind: 'running'; readonly status: GatewayStatus }
  | { readonly kind: 'none' }
  /** One runs; this user may not talk to it. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  /** One runs and does not answer, or not as expected. */
  | { readonly kind: 'silent'; readonly reason: string };

export async function readGatewayState(stateDirectory: string): Promise<GatewayState> {
  try {
    const answer = await requestGateway(stateDirectory, 'GET', '/v1/status');
    if (answer === undefined) return { kind: 'none' };
    const status = statusIn(answer.body);
    if (answer.status === 200 && status !== undefined) return { kind: 'running', status };
    const reason = `the gateway gives a status that this version does not know (${answer.status})`;
    return { kind: 'silent', reason };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { kind: error.code === 'GATEWAY_FORBIDDEN' ? 'forbidden' : 'silent', reason: error.message };
  }
}

function statusIn(body: unknown): GatewayStatus | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { processId, startedAt, configFile, listening, upstreamReachable, listsComplete } = body as Record<
    string,
    unknown
  >;
  const isKnown =
    typeof processId === 'number' &&
    typeof startedAt === 'number' &&
    (configFile === null || typeof configFile === 'string') &&
    Array.isArray(listening) &&
    listening.every(isListening) &&
    (upstreamReachable === null || typeof upstreamReachable === 'boolean') &&
    typeof listsComplete === 'boolean';
  return isKnown ? { processId, startedAt, configFile, listening, upstreamReachable, listsComplete } : undefined;
}

function isListening(value: unknown): value is ListeningAddress {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, address, port } = value as Record<string, unknown>;
  return typeof kind === 'string' && typeof address === 'string' && typeof port === 'number';
}
