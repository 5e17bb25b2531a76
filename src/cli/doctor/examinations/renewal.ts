// Did the last order or renewal of a certificate, or the last look at its files, go wrong?

import { OperatorError } from '../../../errors.ts';
import { requestGateway } from '../../gateway-request.ts';
import { momentText } from '../certificate/judge-leaf.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';

/** Of control-plane/certificates/certificate-state.ts, what is shown here. */
interface RenewalState {
  readonly names: readonly string[];
  readonly source: string;
  readonly isStandIn: boolean;
  /** Milliseconds since 1970. */
  readonly nextRenewal: number | undefined;
  readonly lastError: { readonly at: number; readonly message: string } | undefined;
}

export const renewal: Examination = {
  name: 'renewal',
  subject: 'how the certificates are renewed',
  async examine({ gateway, settings }) {
    if (gateway.kind !== 'running') return [skip('no gateway that could be asked renews certificates')];
    let states: readonly RenewalState[] | undefined;
    try {
      states = statesIn((await requestGateway(settings.stateDirectory, 'GET', '/v1/certificates'))?.body);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
    }
    if (states === undefined) return [unknown('the gateway does not say how its certificates are renewed')];
    return states.map(describe);
  },
};

function describe({ names, source, isStandIn, nextRenewal, lastError }: RenewalState): Finding {
  const title = names.join(', ');
  if (lastError !== undefined) {
    const sentence = `${title}: on ${momentText(new Date(lastError.at))} this went wrong: ${lastError.message}`;
    if (source === 'files') return warn(sentence, 'put the files right; the gateway notices by itself');
    const advice = ['see the findings under "acme"', 'once it is put right: sotto cert issue'];
    return isStandIn ? fail(sentence, ...advice) : warn(`${sentence}; the old certificate serves on`, ...advice);
  }
  if (isStandIn) return warn(`${title}: the first certificate is still being ordered`, 'see how far it is: sotto cert');
  if (source === 'files') return ok(`${title}: from files, which are watched; whoever writes them renews it`);
  const when = nextRenewal === undefined ? 'by itself' : `by itself, next on ${momentText(new Date(nextRenewal))}`;
  return ok(`${title}: renewed ${when}`);
}

function statesIn(body: unknown): readonly RenewalState[] | undefined {
  const { certificates } = (body ?? {}) as { readonly certificates?: unknown };
  return Array.isArray(certificates) && certificates.every(isState) ? certificates : undefined;
}

function isState(value: unknown): value is RenewalState {
  if (typeof value !== 'object' || value === null) return false;
  const { names, source, isStandIn, nextRenewal, lastError } = value as Record<string, unknown>;
  return (
    Array.isArray(names) &&
    names.every((name) => typeof name === 'string') &&
    typeof source === 'string' &&
    typeof isStandIn === 'boolean' &&
    (nextRenewal === undefined || typeof nextRenewal === 'number') &&
    (lastError === undefined || isError(lastError))
  );
}

function isError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { at, message } = value as Record<string, unknown>;
  return typeof at === 'number' && typeof message === 'string';
}
