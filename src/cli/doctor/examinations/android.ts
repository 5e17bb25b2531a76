// What Android asks before it accepts a Private DNS server, asked as Android asks it: over DNS over TLS, where it is listened for.

import { randomBytes, randomInt } from 'node:crypto';
import { addressesOf } from '../../../upstream/answer-addresses.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { RCODE } from '../../../wire/numbers.ts';
import { rcodeToText } from '../../../wire/type-text.ts';
import { readQuestion } from '../../query/question.ts';
import { askedNameIn } from '../answer-text.ts';
import { askEndpoint, type EndpointAnswer } from '../ask-endpoint.ts';
import { type Endpoint, KIND_TEXT } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown } from '../finding.ts';
import { firstToAsk } from '../may-ask.ts';

const PARENT = 'metric.gstatic.com';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const android: Examination = {
  name: 'android',
  subject: "Android's probes",
  async examine(circumstances) {
    const endpoint = firstToAsk(circumstances, ['dot', 'doh', 'udp']);
    if (endpoint === undefined) return [skip('nobody to ask: no gateway runs, or [access] leaves this machine out')];
    return await Promise.all([probeOfStrictMode(endpoint), probeOfAutomaticMode(endpoint)]);
  },
};

/** The network's own check (NetworkMonitor): without an address in the answer there is no Private DNS, and no network. */
async function probeOfStrictMode(endpoint: Endpoint): Promise<Finding> {
  const name = `${randomBytes(4).toString('hex')}-dnsotls-ds.${PARENT}`;
  const results = await Promise.all([
    askEndpoint(endpoint, readQuestion(name, 'A')),
    askEndpoint(endpoint, readQuestion(name, 'AAAA')),
  ]);
  const found = results.flatMap((result) =>
    result.kind === 'answer' ? (addressesOf(result.message)?.addresses ?? []) : [],
  );
  const over = `over ${KIND_TEXT[endpoint.kind]}`;
  if (found.length > 0) return ok(`the check of Private DNS with a host name gets an address (${name}, ${over})`);
  const worst = results.find((result) => result.kind !== 'answer') ?? results[0]!;
  const consequence = 'Android says "Private DNS server cannot be accessed" and has no network';
  return notAnswered(name, over, worst) ?? fail(`${name} has no address here: ${consequence}`, `sotto explain ${name}`);
}

/** The resolver's own check (netd), whose letters are of both cases: any answer will do, as long as it repeats the question. */
async function probeOfAutomaticMode(endpoint: Endpoint): Promise<Finding> {
  const letters = Array.from({ length: 6 }, (_, index) => LETTERS[randomInt(26) + (index % 2) * 26]).join('');
  const name = `${letters}-dnsotls-ds.${PARENT}`;
  const answer = await askEndpoint(endpoint, readQuestion(name, 'AAAA'));
  const over = `over ${KIND_TEXT[endpoint.kind]}`;
  if (answer.kind !== 'answer') return notAnswered(name, over, answer)!;
  const asked = askedNameIn(answer.message);
  if (asked !== undefined && nameToText(asked) === name)
    return ok(`the check of a connection is answered, with the question as it was asked (${name} AAAA, ${over})`);
  return fail(
    `the answer for ${name} does not repeat the question: Android gives the connection up`,
    'please report this',
  );
}

/** Undefined for an answer without fault. */
function notAnswered(name: string, over: string, result: EndpointAnswer): Finding | undefined {
  if (result.kind === 'silence')
    return fail(`${name} gets no answer ${over}: ${result.reason}`, 'see the findings under "ports"');
  if (result.kind === 'not-asked')
    return unknown(`${name} was not asked ${over}: ${result.reason}`, 'see the findings under "tls"');
  const answer = addressesOf(result.message);
  if (answer === undefined || answer.rcode === RCODE.NOERROR) return undefined;
  const advice =
    answer.rcode === RCODE.SERVFAIL
      ? 'see the findings under "upstream"'
      : `sotto explain ${name}: is it blocked, here or by the upstream?`;
  return fail(
    `${name} is answered with ${rcodeToText(answer.rcode)} ${over}: Android does not accept the server`,
    advice,
  );
}
