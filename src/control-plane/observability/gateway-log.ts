// What the gateway as a whole has to say, once per change: is the upstream there, what became of the lists, how threads fare.

import type { FromThread } from '../../plane-messages/messages.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import type { UpstreamFailureCode } from '../../upstream/upstream.ts';
import { type ListEvent, listEventText } from '../lists/list-events.ts';
import type { Logger } from './log.ts';
import { ZoneLog } from './zone-log.ts';

const REASONS: Record<UpstreamFailureCode, string> = {
  unreachable: 'cannot be reached',
  certificate: 'shows a certificate that is not valid for it',
  protocol: 'does not speak HTTP/2',
  'bad-reply': 'sends replies that are not valid',
  timeout: 'does not answer in time',
  overloaded: 'is asked more than it may be',
};

export class GatewayLog {
  readonly #log: Logger;
  /** Lists that are waiting for a network are told in the line about the upstream. */
  readonly #waitingLists: () => readonly string[];
  #isUpstreamReachable = false;
  /** Lists that failed for want of the upstream, which was told for all of them. */
  readonly #foldedLists = new Set<string>();
  readonly #zones: ZoneLog;

  constructor(log: Logger, waitingLists: () => readonly string[]) {
    this.#log = log;
    this.#waitingLists = waitingLists;
    this.#zones = new ZoneLog(log);
  }

  /** Whether the resolvers of a [[zone]] table do not answer at the moment. */
  isZoneSilent(resolvers: string): boolean {
    return this.#zones.isSilent(resolvers);
  }

  upstreamUnreachable(server: string, code: UpstreamFailureCode, detail: string): void {
    this.#isUpstreamReachable = false;
    const lists = this.#waitingLists();
    const waiting = lists.length === 0 ? '' : `; not downloaded yet: ${lists.join(', ')}`;
    this.#log.warn(
      `the upstream ${server} ${REASONS[code]} (${detail})${waiting}. What is cached or blocked is answered, everything else fails until it is back; trying every 2 s`,
    );
  }

  upstreamReachable(server: string): void {
    this.#isUpstreamReachable = true;
    this.#log.info(`the upstream ${server} answers`);
  }

  listEvent(event: ListEvent): void {
    const { level, message } = listEventText(event);
    this.#log[this.#isFolded(event) ? 'debug' : level](message);
  }

  /** Said before anything is filtered through them; progress follows. */
  firstDownloads(lists: readonly string[], start: PolicySettings['start']): void {
    const meanwhile =
      start === 'refuse' ? 'a name that nothing here decides is not answered' : 'names are answered without them';
    this.#log.info(`downloading for the first time: ${lists.join(', ')}; until then ${meanwhile}`);
  }

  /** Without its upstream no list can be downloaded: that is one cause, and one line has said it or is about to. */
  #isFolded(event: ListEvent): boolean {
    switch (event.kind) {
      case 'list-failed': {
        const isFolded = event.failureKind === 'network' && !this.#isUpstreamReachable;
        if (isFolded) this.#foldedLists.add(event.list);
        else this.#foldedLists.delete(event.list);
        return isFolded;
      }
      case 'list-recovered':
        return this.#foldedLists.delete(event.list);
      default:
        return false;
    }
  }

  threadDied(threadSlot: number, error: Error | undefined): void {
    const details = error === undefined ? {} : { stack: error.stack ?? error.message };
    this.#log.error(details, `query thread ${threadSlot} ended; it is started again, the others go on`);
  }

  fromThread(threadSlot: number, message: FromThread): void {
    if (message.kind === 'log') this.#log[message.level]({ thread: threadSlot, ...message.details }, message.message);
    if (message.kind === 'listen-failed') {
      this.#log.error({ thread: threadSlot, code: message.code }, `a listener could not be opened: ${message.message}`);
    }
    if ('resolvers' in message) this.#zones.note(message);
  }
}
