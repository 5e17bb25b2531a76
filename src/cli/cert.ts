// `sotto cert`: how the certificates of the running gateway stand, and ordering them now.

import { setTimeout as wait } from 'node:timers/promises';
import type { CertificatesStatus, OrdersBegun } from '../control-plane/api/certificate-routes.ts';
import type { CertificateState } from '../control-plane/certificates/certificate-state.ts';
import { OperatorError } from '../errors.ts';
import { readArguments } from './arguments.ts';
import { certificateTable } from './cert/certificate-table-text.ts';
import { controlSocketPath, type GatewayAnswer, requestGateway, strangeAnswer } from './gateway-request.ts';
import { settingsOrFaults } from './settings-or-faults.ts';
import { visible } from './visible-text.ts';

const USAGE = 'sotto cert, or sotto cert issue [NAME] [--staging], or sotto cert renew [NAME]';
const POLL_MILLISECONDS = 300;
/** An order with waiting for DNS takes minutes, and several wait for one another. */
const LONGEST_MILLISECONDS = 30 * 60_000;

export async function cert(args: readonly string[]): Promise<number> {
  const { words, options, flags } = readArguments(args, {
    usage: USAGE,
    options: ['config'],
    flags: ['staging'],
    words: { required: [], optional: ['issue or renew', 'NAME'] },
  });
  const [action, name] = words;
  if (action !== undefined && action !== 'issue' && action !== 'renew')
    throw new OperatorError('USAGE', `"${visible(action)}" is nothing to do with a certificate; ${USAGE}`);
  if (flags.has('staging') && action !== 'issue')
    throw new OperatorError('USAGE', `--staging belongs to issue; ${USAGE}`);
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const { stateDirectory } = settings;
  if (action === undefined) {
    console.log(certificateTable(await states(stateDirectory), Date.now()));
    return 0;
  }
  const query = new URLSearchParams({
    which: action === 'renew' ? 'all' : 'missing',
    ...(name === undefined ? {} : { name }),
    ...(flags.has('staging') ? { rehearsal: '' } : {}),
  });
  const answer = await ask(stateDirectory, 'POST', `/v1/certificates/order?${query}`);
  const { orders } = (answer.body ?? {}) as Partial<OrdersBegun>;
  if (answer.status !== 200 || !Array.isArray(orders))
    throw strangeAnswer(stateDirectory, 'this says nothing of orders', answer);
  return (await follow(stateDirectory, new Set(orders))) ? 0 : 1;
}

/** Shows the steps of these orders as they come; whether all of them came to a good end. */
async function follow(stateDirectory: string, orders: ReadonlySet<number>): Promise<boolean> {
  const shown = new Map<number, number>();
  const ended = new Map<number, boolean>();
  const giveUpAt = performance.now() + LONGEST_MILLISECONDS;
  while (ended.size < orders.size) {
    const current = await states(stateDirectory);
    const there = new Set<number>();
    for (const { names, order } of current.flatMap(ordersOf)) {
      there.add(order.number);
      if (!orders.has(order.number)) continue;
      for (const step of order.steps.slice(shown.get(order.number) ?? 0)) console.log(`${names[0]}: ${visible(step)}`);
      shown.set(order.number, order.steps.length);
      if (order.outcome !== 'under way') ended.set(order.number, order.outcome === 'done');
    }
    for (const number of orders) {
      if (ended.has(number) || there.has(number)) continue;
      console.error(
        `sotto: a later order took the place of order ${number}; how it ended is in the log, and in sotto cert`,
      );
      ended.set(number, false);
    }
    if (performance.now() > giveUpAt)
      throw new OperatorError('GATEWAY_SILENT', 'the orders take too long; see sotto cert');
    if (ended.size < orders.size) await wait(POLL_MILLISECONDS);
  }
  return [...ended.values()].every((isDone) => isDone);
}

function ordersOf({ names, order, rehearsal }: CertificateState) {
  return [order, rehearsal].filter((one) => one !== undefined).map((one) => ({ names, order: one }));
}

async function states(stateDirectory: string): Promise<readonly CertificateState[]> {
  const answer = await ask(stateDirectory, 'GET', '/v1/certificates');
  const { certificates } = (answer.body ?? {}) as Partial<CertificatesStatus>;
  if (answer.status !== 200 || !Array.isArray(certificates))
    throw strangeAnswer(stateDirectory, 'this says nothing of certificates', answer);
  return certificates;
}

async function ask(stateDirectory: string, method: 'GET' | 'POST', path: string): Promise<GatewayAnswer> {
  const answer = await requestGateway(stateDirectory, method, path);
  if (answer !== undefined) return answer;
  const where = visible(controlSocketPath(stateDirectory));
  const advice = 'it is the one that orders and renews; name the configuration of one that runs with --config FILE';
  throw new OperatorError('GATEWAY_SILENT', `no gateway is running (nobody listens on ${where}), and ${advice}`);
}
