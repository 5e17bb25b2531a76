// One order from its beginning to the certificate (RFC 8555 section 7.4): names, proofs, request, chain. Every step may fail, and
// whatever was shown to the CA is taken away again.

import { isIP } from 'node:net';
import { type AcmeFailure, asAcmeFailure, AcmeFailure as Failure } from './acme-failure.ts';
import type { AcmeSession, Authorization, Order } from './acme-session.ts';
import type { Challenge, ChallengeTask } from './challenges/challenge.ts';
import { type PollTimes, pollStatus } from './poll-status.ts';
import { plainText } from './plain-text.ts';
import { failureOfProblem } from './problem-document.ts';

export interface OrderRequest {
  /** Names, wildcards and addresses. */
  readonly names: readonly string[];
  readonly profile: string | undefined;
  /** Identifies the certificate that this one takes the place of (RFC 9773 section 5). */
  readonly replaces: string | undefined;
}

export interface OrderSurroundings {
  readonly session: AcmeSession;
  readonly challenge: Challenge;
  /** Told what happens, for people who wait. */
  onStep(text: string): void;
  readonly times: PollTimes;
  readonly signal: AbortSignal;
}

export interface OrderedCertificate {
  readonly keyPem: string;
  readonly chainPem: string;
}

/** With a new key each time. Rejects with an AcmeFailure. */
export async function orderCertificate(
  request: OrderRequest,
  surroundings: OrderSurroundings,
): Promise<OrderedCertificate> {
  const { session, onStep } = surroundings;
  onStep(`ordering a certificate for ${request.names.join(', ')}`);
  const order = await placeOrder(session, request);
  if (order.status === 'pending') await proveNames(order, request.names, surroundings);
  onStep('the CA is convinced; asking for the certificate');
  await decided(order, ['pending'], ['ready', 'processing', 'valid'], surroundings);
  const key = await session.crypto.createPrivateEcdsaKey('P-256');
  const [, signingRequest] = await session.crypto.createCsr({ altNames: [...request.names] }, key);
  await session.ask((client) => client.finalizeOrder(order, signingRequest));
  const issued = await decided(order, ['pending', 'ready', 'processing'], ['valid'], surroundings);
  const chainPem = await session.ask((client) => client.getCertificate(issued));
  return { keyPem: key.toString(), chainPem };
}

async function placeOrder(session: AcmeSession, { names, profile, replaces }: OrderRequest): Promise<Order> {
  const identifiers = names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name }));
  const place = (more: object): Promise<Order> =>
    session.ask((client) =>
      client.createOrder({ identifiers, ...(profile === undefined ? {} : { profile }), ...more }),
    );
  if (replaces === undefined) return place({});
  try {
    return await place({ replaces });
  } catch (error) {
    // The certificate before may be unknown to this CA, replaced already, or another account's, and CAs have many words for it:
    // that is no reason to go without a new one.
    const { kind } = asAcmeFailure(error);
    if (kind !== 'refused' && kind !== 'authorization') throw error;
    return place({});
  }
}

async function proveNames(order: Order, names: readonly string[], surroundings: OrderSurroundings): Promise<void> {
  const { session, challenge, onStep } = surroundings;
  const authorizations = await session.ask((client) => client.getAuthorizations(order));
  const open = authorizations.filter(({ status }) => status !== 'valid');
  const proofs: { readonly authorization: Authorization; readonly offer: Offer; readonly task: ChallengeTask }[] = [];
  for (const authorization of open) {
    checkAuthorization(authorization, names);
    const offer = offerOf(authorization, challenge.kind);
    const proof = await session.ask((client) => client.getChallengeKeyAuthorization(offer));
    proofs.push({ authorization, offer, task: taskOf(authorization, offer, proof) });
  }
  for (const { task } of proofs) onStep(`preparing the ${challenge.kind} proof for ${task.identifier}`);
  const takeAway = await challenge.prepare(proofs.map(({ task }) => task));
  try {
    for (const { offer } of proofs) await session.ask((client) => client.completeChallenge(offer));
    for (const { authorization, task } of proofs) {
      onStep(`waiting until the CA has seen the proof for ${task.identifier}`);
      await proven(authorization, task, surroundings);
    }
  } finally {
    await takeAway().catch((error: unknown) => {
      onStep(`the proof could not be taken away again: ${asAcmeFailure(error).message}`);
    });
  }
}

/** What the CA wants proven goes into names, files and programs: only what was ordered does. */
function checkAuthorization({ identifier: { value } }: Authorization, names: readonly string[]): void {
  if (names.some((name) => name === value || name === `*.${value}`)) return;
  throw new Failure('refused', 'the CA wants a proof for a name that was not ordered');
}

type Offer = Authorization['challenges'][number];

/** base64url (RFC 8555 section 8.1). */
const TOKEN = /^[\w-]{16,200}$/;

function offerOf(authorization: Authorization, kind: Challenge['kind']): Offer {
  const offer = authorization.challenges.find(({ type }) => type === kind);
  if (offer !== undefined && TOKEN.test(offer.token)) return offer;
  if (offer !== undefined) throw new Failure('refused', 'the CA sent a token that is none');
  const offered = authorization.challenges.map(({ type }) => type).join(', ');
  const { value } = authorization.identifier;
  throw new Failure('refused', `the CA does not take ${kind} for ${value}; it takes: ${offered || 'nothing'}`);
}

function taskOf({ identifier }: Authorization, { token }: Offer, proof: string): ChallengeTask {
  return {
    identifierType: identifier.type === 'ip' ? 'ip' : 'dns',
    identifier: identifier.value,
    token,
    proof,
  };
}

async function proven(
  authorization: Authorization,
  { identifier }: ChallengeTask,
  { session, challenge, times, signal }: OrderSurroundings,
): Promise<void> {
  const read = async (): Promise<Authorization> => {
    // The library reads all authorizations of an order: here of one with this one alone.
    const order = { authorizations: [authorization.url] } as unknown as Order;
    return (await session.ask((client) => client.getAuthorizations(order)))[0]!;
  };
  const result = await pollStatus(session, identifier, ['pending', 'processing'], read, times, signal);
  if (result.status === 'valid') return;
  const tried = result.challenges.find(({ type }) => type === challenge.kind);
  throw failureOfProblem(`the CA could not verify ${identifier} by ${challenge.kind}`, errorOf(tried));
}

async function decided(
  order: Order,
  undecided: readonly string[],
  wanted: readonly string[],
  { session, times, signal }: OrderSurroundings,
): Promise<Order> {
  const read = (): Promise<Order> => session.ask((client) => client.getOrder(order));
  const result = await pollStatus(session, 'the order', undecided, read, times, signal);
  // The library would wait for anything else, longer than we stop.
  if (wanted.includes(result.status)) return result;
  if (result.status === 'invalid') throw orderFailure(result);
  throw new Failure('refused', `the CA says that the order is ${plainText(String(result.status)).slice(0, 40)}`);
}

/** An order that became invalid after its names were proven was refused by the CA itself. */
function orderFailure(order: Order): AcmeFailure {
  return failureOfProblem('the CA gave the order up', errorOf(order));
}

function errorOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
}
