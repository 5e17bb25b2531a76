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

/** What is said of an endpoint, after where it is. */
type Result = { readonly endpoint: Endpoint; readonly finding: Finding | undefined };

async function examineKind(kind: EndpointKind, circumstances: Circumstances): Promise<readonly Finding[]> {
  const endpoints = circumstances.endpoints.filter((it) => it.kind === kind).slice(0, ENDPOINTS_MAX);
  if (endpoints.length === 0) return [];
  const results = await Promise.all(
    endpoints.map(
      async (endpoint): Promise<Result> => ({ endpoint, finding: await examineEndpoint(endpoint, circumstances) }),
    ),
  );
  // Those of which the same is to be said share its lines.
  const groups = Map.groupBy(results, ({ finding }) => finding && JSON.stringify(finding));
  return [...groups.values()]
    .map((group) => {
      const [places, finding] = [endpointsToText(group.map(({ endpoint }) => endpoint)), group[0]!.finding];
      if (finding === undefined) return ok(`${KIND_TEXT[kind]} answers at ${places}`);
      return { ...finding, sentence: `${KIND_TEXT[kind]} at ${places}: ${finding.sentence}` };
    })
    .sort((one, other) => Number(other.verdict === 'ok') - Number(one.verdict === 'ok'));
}

/** Undefined: all is well. */
async function examineEndpoint(endpoint: Endpoint, circumstances: Circumstances): Promise<Finding | undefined> {
  const { kind } = endpoint;
  if (!endpoint.isHere)
    return fail('this is no address of this machine', `put one that it has into ${SETTING_OF[kind]}`);
  // Answered by the gateway itself: whatever the upstream does.
  const answer = await askEndpoint(endpoint, readQuestion('localhost', 'A'));
  if (answer.kind === 'silence')
    return fail(
      answer.reason,
      `see that ${SETTING_OF[kind]} names it and that the log of the gateway does not complain about it`,
      'restart the gateway; if it comes to this again, SOTTO_LOG_LEVEL=debug makes it say more',
    );
  if (answer.kind === 'not-asked') return unknown(`TLS works; no question was asked, since ${answer.reason}`);
  const rcode = readRcode(answer.message);
  if (rcode === RCODE.NOERROR) return undefined;
  if (rcode === RCODE.REFUSED && !mayAsk(circumstances, endpoint))
    return skip(`it answers, and refuses this machine's own address, as access.${accessKeyOf(kind)} says`);
  return fail(
    `it answers ${rcodeToText(rcode)} to a question that every sotto answers itself`,
    'find out which program listens there: the findings under "holders" say',
  );
}
