// Does another program hold a port that the gateway wants: a resolver of the system, a web server?

import { lockHolder } from '../../../control-plane/state-directory/lock-holder.ts';
import { isWildcard } from '../../../control-plane/settings/listen-address.ts';
import type { Circumstances } from '../circumstances.ts';
import { type Endpoint, endpointToText, SETTING_OF } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';
import {
  type ListeningSocket,
  readListeningSockets,
  readSocketOwners,
  type SocketOwner,
} from '../listening-sockets.ts';
import { howToFree } from '../port-holders.ts';
import { sameAddress } from '../address-scope.ts';

export const holders: Examination = {
  name: 'holders',
  subject: 'who else listens on the ports',
  examine: (circumstances) => Promise.resolve(findings(circumstances)),
};

/** One program on one port, however many sockets it has there. */
interface Holder {
  readonly owner: SocketOwner | undefined;
  readonly userId: number;
  readonly sockets: readonly ListeningSocket[];
}

function findings(circumstances: Circumstances): readonly Finding[] {
  const { procDirectory, endpoints, gateway } = circumstances;
  const wanted = endpoints.filter(({ port }) => port !== 0);
  const all = readListeningSockets(procDirectory);
  if (all === undefined)
    return [unknown('this system does not tell who listens on a port', `ask it with: ${portTool(wanted)}`)];
  const onPorts = all.filter((socket) =>
    wanted.some((it) => it.port === socket.port && protocolOf(it) === socket.protocol),
  );
  const owners = readSocketOwners(procDirectory, new Set(onPorts.map(({ inode }) => inode)));
  const ownProcess = ownProcessOf(circumstances);
  const strangers = onPorts.filter(
    ({ inode }) => owners.get(inode)?.some(({ processId }) => processId === ownProcess) !== true,
  );
  const portTexts = [...new Set(wanted.map(({ port }) => port))].join(', ');
  // Who may not look into the gateway's process sees its sockets without an owner.
  if (gateway.kind !== 'none' && strangers.some(({ inode }) => !owners.has(inode)))
    return [
      unknown(
        `whose the sockets on the ports ${portTexts} are is not for this user to see`,
        `look as root: ${portTool(wanted)}`,
      ),
    ];
  if (ownProcess === undefined && gateway.kind !== 'none' && strangers.length > 0)
    return [
      unknown(
        `which of the programs on the ports ${portTexts} is the gateway cannot be told while it does not say its process`,
        `see who they are: ${portTool(wanted)}`,
      ),
    ];
  const found = holdersOf(strangers, owners).flatMap((holder) => describe(holder, circumstances));
  if (found.length > 0) return found;
  if (wanted.length === 0) return [skip('no port is configured')];
  if (gateway.kind === 'none') return [ok(`no other program listens on the ports ${portTexts}: they are free`)];
  return [ok(`no other program listens on the ports ${portTexts}`)];
}

/** One that does not answer has left its process beside the lock of its state directory. */
function ownProcessOf({ gateway, settings }: Circumstances): number | undefined {
  if (gateway.kind === 'running') return gateway.status.processId;
  return gateway.kind === 'none' ? undefined : lockHolder(settings.stateDirectory);
}

function holdersOf(
  sockets: readonly ListeningSocket[],
  owners: ReadonlyMap<string, readonly SocketOwner[]>,
): readonly Holder[] {
  const holders = new Map<string, Holder & { sockets: ListeningSocket[] }>();
  for (const socket of sockets) {
    const owner = owners.get(socket.inode)?.[0];
    const key = owner === undefined ? `user ${socket.userId}` : `process ${owner.processId}`;
    const holder = holders.get(key) ?? { owner, userId: socket.userId, sockets: [] };
    holders.set(key, holder);
    holder.sockets.push(socket);
  }
  return [...holders.values()];
}

function describe({ owner, userId, sockets }: Holder, { endpoints, gateway }: Circumstances): readonly Finding[] {
  const clashing = sockets.filter((socket) => endpoints.some((endpoint) => clashes(socket, endpoint)));
  const who = owner === undefined ? `a program of user ${userId}` : `${owner.name} (process ${owner.processId})`;
  // The system lists them in no order that means anything.
  const sorted = sockets.toSorted((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
  const places = [...new Set(sorted.map(placeText))].join(', ');
  const settings = endpoints
    .filter((it) => sockets.some((socket) => clashes(socket, it)))
    .map(({ kind }) => SETTING_OF[kind]);
  const advice = owner === undefined ? `find it as root with: ${portTool(endpoints)}` : howToFree(owner);
  if (clashing.length === 0) {
    const note = 'local programs may ask it instead of sotto, devices do not';
    return gateway.kind === 'none' ? [] : [ok(`${who} listens beside the gateway at ${places}: ${note}`)];
  }
  if (gateway.kind === 'none')
    return [fail(`${who} holds ${places}, which ${[...new Set(settings)].join(' and ')} wants`, advice)];
  return [warn(`${who} listens at ${places} as well; which of the two a client reaches is a matter of chance`, advice)];
}

/** Whether one of them keeps the other from listening. */
function clashes(socket: ListeningSocket, endpoint: Endpoint): boolean {
  if (socket.port !== endpoint.port || socket.protocol !== protocolOf(endpoint)) return false;
  if (sameAddress(socket.address, endpoint.address)) return true;
  // Over UDP, a wildcard of ours becomes a socket for each address.
  const isOurWildcard = endpoint.isOfWildcard && endpoint.kind !== 'udp';
  return (isWildcard(socket.address) || isOurWildcard) && reaches(socket, endpoint);
}

/** `::` takes IPv4 too, unless it was told not to. */
function reaches(socket: ListeningSocket, endpoint: Endpoint): boolean {
  return socket.address === '::' || socket.address.includes(':') === endpoint.address.includes(':');
}

function protocolOf({ kind }: Endpoint): 'tcp' | 'udp' {
  return kind === 'udp' ? 'udp' : 'tcp';
}

function placeText({ protocol, address, port }: ListeningSocket): string {
  return `${endpointToText({ address, port })} (${protocol.toUpperCase()})`;
}

function portTool(endpoints: readonly Endpoint[]): string {
  const ports = [...new Set(endpoints.map(({ port }) => port))];
  if (process.platform !== 'linux') return ports.map((port) => `lsof -nP -i :${port}`).join('; ');
  return `ss -lntup '${ports.map((port) => `sport = :${port}`).join(' or ')}'`;
}
