// Does every port answer a question, over its own transport?

import { readRcode } from '../answer-text.ts';
import { RCODE } from '../../../wire/numbers.ts';
import { rcodeToText } from '../../../wire/type-text.ts';
import { readQuestion } from '../../query/question.ts';
import { askEndpoint } from '../ask-endpoint.ts';
import type { Circumstances } from '../circumstances.ts';
import { type Endpoint, type EndpointKind, endpointsToText, KIND_TEXT, SETTING_OF } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown } from '../finding.ts';
import { accessKeyOf, mayAsk } from '../may-ask.ts';

/** Of each kind; more tell nothing new. */
const ENDPOINTS_MAX = 6;

export const ports: Examination = {
  name: 'ports',
  subject: 'whether each port answers',
  async examine(circumstances) {
    const { endpoints, gateway } = circumstances;
    if (gateway.kind === 'none') return [skip(`nothing to ask: no gateway listens on ${endpointsToText(endpoints)}`)];
    const kinds = Object.keys(KIND_TEXT) as EndpointKind[];
    return (await Promise.all(kinds.map((kind) => examineKind(kind, circumstances)))).flat();
  },
};

type Result = { readonly endpoint: Endpoint; readonly finding: Finding | undefined };

async function examineKind(kind: EndpointKind, circumstances: Circumstances): Promise<readonly Finding[]> {
  const endpoints = circumstances.endpoints.filter((it) => it.kind === kind).slice(0, ENDPOINTS_MAX);
  if (endpoints.length === 0) return [];
  const results = await Promise.all(endpoints.map((endpoint) => examineEndpoint(endpoint, circumstances)));
  const answering = results.filter(({ finding }) => finding === undefined).map(({ endpoint }) => endpoint);
  const findings = results.flatMap(({ finding }) => (finding === undefined ? [] : [finding]));
  if (answering.length === 0) return findings;
  return [ok(`${KIND_TEXT[kind]} answers at ${endpointsToText(answering)}`), ...findings];
}

/** Undefined: all is well. */
async function examineEndpoint(endpoint: Endpoint, circumstances: Circumstances): Promise<Result> {
  const { kind } = endpoint;
  const where = `${KIND_TEXT[kind]} at ${endpointsToText([endpoint])}`;
  if (!endpoint.isHere)
    return {
      endpoint,
      finding: fail(`${where}: this is no address of this machine`, `put one that it has into ${SETTING_OF[kind]}`),
    };
  // Answered by the gateway itself: whatever the upstream does.
  const answer = await askEndpoint(endpoint, readQuestion('localhost', 'A'));
  if (answer.kind === 'silence')
    return {
      endpoint,
      finding: fail(
        `${where}: ${answer.reason}`,
        `see that ${SETTING_OF[kind]} names it and that the log of the gateway does not complain about it`,
        'restart the gateway; if it comes to this again, SOTTO_LOG_LEVEL=debug makes it say more',
      ),
    };
  if (answer.kind === 'not-asked')
    return { endpoint, finding: unknown(`${where}: TLS works; no question was asked, since ${answer.reason}`) };
  const rcode = readRcode(answer.message);
  if (rcode === RCODE.NOERROR) return { endpoint, finding: undefined };
  if (rcode === RCODE.REFUSED && !mayAsk(circumstances, endpoint)) {
    const key = `access.${accessKeyOf(kind)}`;
    return { endpoint, finding: skip(`${where}: it answers, and refuses this machine's own address, as ${key} says`) };
  }
  const finding = fail(
    `${where}: it answers ${rcodeToText(rcode)} to a question that every sotto answers itself`,
    'find out which program listens there: the findings under "holders" say',
  );
  return { endpoint, finding };
}
