// Composition root: what the gateway is made of and the order in which it comes to life. Reads like a table of contents.

import { hostname } from 'node:os';
import { answeredNames } from './control-plane/answer-cache/answered-names.ts';
import { AnswerKeeper } from './control-plane/answer-cache/keep-answers.ts';
import { type ControlSocket, openControlSocket } from './control-plane/api/control-socket.ts';
import { controlRoutes } from './control-plane/api/routes.ts';
import { keepCertificates, systemSurroundings } from './control-plane/certificates/certificate-keeper.ts';
import { AcmeKeeper } from './control-plane/certificates/acme/acme-keeper.ts';
import { certificateStates } from './control-plane/certificates/certificate-states.ts';
import { CertificatesInForce } from './control-plane/certificates/certificates-in-force.ts';
import { warnBeforeExpiry } from './control-plane/certificates/expiry-warnings.ts';
import { watchCertificateFiles } from './control-plane/certificates/files-watch.ts';
import { clientAddresses } from './control-plane/clients/client-addresses.ts';
import { HttpChallengeServer } from './control-plane/certificates/http-challenge-server.ts';
import { loadCertificates } from './control-plane/certificates/load-certificates.ts';
import { AnswerSource } from './control-plane/explain/answer-source.ts';
import { AskHereFirst } from './control-plane/local-names/ask-here-first.ts';
import { FollowedDiscovery } from './control-plane/local-names/follow-discovery.ts';
import { LocalNamesKeeper } from './control-plane/local-names/local-names-keeper.ts';
import { GroupsInForce } from './control-plane/groups/groups-in-force.ts';
import { groupRuleSources } from './control-plane/groups/group-rule-sources.ts';
import { createListKeeper, type ListKeeper } from './control-plane/lists/keep-lists.ts';
import { systemListClock } from './control-plane/lists/list-clock.ts';
import { missingDownloads } from './control-plane/lists/missing-downloads.ts';
import { ProbeNotices } from './control-plane/lists/probe-notices.ts';
import type { PublishedTable } from './control-plane/lists/table-in-force.ts';
import { GatewayLog } from './control-plane/observability/gateway-log.ts';
import type { Logger } from './control-plane/observability/log.ts';
import { readyAddresses, type ServedAddress } from './control-plane/observability/ready-line.ts';
import { UpstreamWatch } from './control-plane/observability/upstream-watch.ts';
import { SetUpServer } from './control-plane/set-up-page/set-up-server.ts';
import { RulesKeeper } from './control-plane/rules/rules-keeper.ts';
import { becomeUser } from './control-plane/privileges/become-user.ts';
import { plaintextExceptions, proofExceptions } from './control-plane/settings/plaintext-exceptions.ts';
import type { Settings } from './control-plane/settings/settings.ts';
import type { ChallengeCertificate } from './plane-messages/thread-start.ts';
import { installationKey } from './control-plane/state-directory/installation-key.ts';
import { makeStateDirectory } from './control-plane/state-directory/make-state-directory.ts';
import { lockStateDirectory } from './control-plane/state-lock/lock-state-directory.ts';
import { ChallengePublisher } from './control-plane/workers/challenge-publisher.ts';
import { ClosingSteps } from './control-plane/workers/closing-steps.ts';
import { connectionsOfThread } from './control-plane/workers/connection-share.ts';
import { CookieSecrets } from './control-plane/workers/cookie-secrets.ts';
import { codeCacheOfUser, flushCodeCache } from './control-plane/workers/code-cache.ts';
import { followAddresses } from './control-plane/workers/follow-addresses.ts';
import { openListeners } from './control-plane/workers/opened-listeners.ts';
import { noTable, PolicyPublisher } from './control-plane/workers/policy-publisher.ts';
import { createQueryThreads } from './control-plane/workers/query-threads.ts';
import type { ThreadPool } from './control-plane/workers/thread-pool.ts';
import { TicketKeys } from './control-plane/workers/ticket-keys.ts';
import { lastKnown, localAddresses } from './sockets/local-addresses.ts';
import { readCounters } from './memory/counters/counters.ts';
import { monotonicClock } from './memory/monotonic-clock.ts';
import { createUpstream } from './upstream/create-upstream.ts';
import { lookupThroughUpstream } from './upstream/lookup-through-upstream.ts';

export interface GatewayOptions {
  readonly log: Logger;
  /** What a query thread runs; tests put a variant of it here. */
  readonly threadEntry?: URL;
  /** Calls the start off; a gateway that has started is closed instead. */
  readonly signal?: AbortSignal;
}

export interface Gateway {
  readonly addresses: readonly ServedAddress[];
  readonly pool: ThreadPool;
  readonly lists: ListKeeper;
  readonly control: ControlSocket;
  /** Resolves when every thread shows these to certificate authorities, and none but these. */
  publishChallenges(challenges: readonly ChallengeCertificate[]): Promise<void>;
  /** Answers what is in flight, at most this long, and ends everything. */
  close(graceMilliseconds: number): Promise<void>;
}

/**
 * Rejects with an OperatorError where the operator can do something about it, or with the reason of `signal`; nothing is left
 * open then.
 */
export async function startGateway(settings: Settings, options: GatewayOptions): Promise<Gateway> {
  const closing = new ClosingSteps();
  try {
    return await start(settings, options, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(settings: Settings, options: GatewayOptions, closing: ClosingSteps): Promise<Gateway> {
  const { log, threadEntry = defaultThreadEntry(), signal } = options;
  // Everything below the state directory belongs to one process.
  makeStateDirectory(settings.stateDirectory);
  const lock = await lockStateDirectory(settings.stateDirectory);
  closing.add(() => lock.release());
  const hashKey = installationKey(settings.stateDirectory);
  const loaded = await loadCertificates(settings, new Date());
  for (const notice of loaded.notices) log.info(notice);
  const exceptions = [...plaintextExceptions(settings.zones), ...proofExceptions(settings.certificates)];
  for (const exception of exceptions) log.info(exception);

  // Ports first, then privileges go for good: nothing that reads the network ever runs as root.
  const sockets = await openListeners(settings, (notice) => log.info(notice));
  closing.add(() => sockets.closeAll());
  const connectionsMax = connectionsOfThread(settings, sockets.bindings.length, (notice) => log.info(notice));
  if (process.getuid?.() === 0) flushCodeCache();
  await becomeUser(settings, sockets, log);
  codeCacheOfUser(settings.stateDirectory);
  const httpChallenges = new HttpChallengeServer();
  await httpChallenges.listen(sockets.forMain.filter(({ kind }) => kind === 'acme-http'));
  closing.add(() => httpChallenges.close());

  const upstream = createUpstream(settings.upstreams, { onEvent: () => undefined });
  closing.add(() => upstream.close());
  const ownQuestions = new AskHereFirst({
    upstream,
    localNames: () => localNames.tables.localNames,
    hashKey,
    zones: settings.zones,
  });
  closing.add(() => ownQuestions.close());
  const gatewayLog = new GatewayLog(log, () => missingDownloads(settings, lists));
  const rules = new RulesKeeper({
    ...{ settings, hashKey },
    groupSupplies: groupRuleSources(settings),
    log: (level, message) => log[level](message),
  });
  const lists = createListKeeper({
    settings,
    removals: rules.removals,
    hashKey,
    lookup: lookupThroughUpstream(ownQuestions),
    onTable: (table, state) => publishTable({ table, ...state }),
    onEvent: (event) => gatewayLog.listEvent(event),
    answeredNames: () => answeredNames(answerCache, Math.floor(monotonicClock()() / 1_000)),
  });
  closing.add(() => lists.stop());
  signal?.addEventListener('abort', () => void lists.stop(), { once: true });
  const certificates = new CertificatesInForce(loaded.certificates, async (renewed) => {
    await pool.publish({ kind: 'certificates', certificates: renewed });
    discovery.refresh();
  });
  const served = () => sockets.bindings.map(({ request, address, port }) => ({ kind: request.kind, address, port }));
  const listening = served();
  const ownAddresses = lastKnown(localAddresses);
  const discovery = new FollowedDiscovery(() => ({
    resolve: settings.resolve,
    lists: settings.lists,
    certificates: certificates.current,
    listening,
    localAddresses: ownAddresses(),
  }));
  const localNames = new LocalNamesKeeper({
    settings,
    hashKey,
    log: (level, message) => log[level](message),
    discovery: discovery.records,
  });
  const groups = new GroupsInForce({ settings, clock: systemListClock, log: (message) => log.info(message) });
  const publisher = new PolicyPublisher(settings, {
    ...{ lists: noTable(hashKey), rules: rules.table, groups },
    names: localNames.tables,
  });
  const probeNotices = new ProbeNotices();
  const noticeProbes = () => {
    const notice = probeNotices.look(publisher.tables, publisher.defaultGroup);
    if (notice !== undefined) log.warn(notice);
  };
  const publishTable = async (table: PublishedTable) => {
    await publisher.publishLists(pool, table);
    noticeProbes();
  };

  const watch = new UpstreamWatch({
    upstream,
    onReachable: (server) => {
      gatewayLog.upstreamReachable(server);
      lists.networkIsBack();
      acme.networkIsBack();
    },
    onUnreachable: (code, detail) => gatewayLog.upstreamUnreachable(upstreamNames(settings), code, detail),
  });
  closing.add(() => watch.stop());

  const challenges = new ChallengePublisher();
  const ticketKeys = new TicketKeys();
  const cookieSecrets = new CookieSecrets(settings.server.cookies);
  const clients = {
    settings,
    certificates: () => certificates.current,
    listening,
    localAddresses: lastKnown(clientAddresses),
  };
  const { pool, counters, answerCache, sightings } = createQueryThreads({
    settings,
    entry: threadEntry,
    hashKey,
    publisher,
    sockets,
    gatewayLog,
    cookieSecrets,
    challenges,
    ticketKeys,
    connectionsMax,
    certificates: () => certificates.current,
    onUpstreamDown: () => void watch.probe(),
  });
  const answers = new AnswerKeeper({
    settings,
    cache: answerCache,
    hashKey,
    clock: monotonicClock(),
    changes: () => readCounters(counters).reduce((sum, row) => sum + row.cacheStores, 0),
    log: (level, message) => log[level](message),
  });
  // Once the threads have come to their end.
  closing.add(() => answers.stop());
  closing.add(async (graceMilliseconds) => {
    // Our copies first: else new TCP clients would be taken in by the kernel and wait for nobody.
    sockets.closeAll();
    await pool.drain(graceMilliseconds);
  });
  const surroundings = systemSurroundings((level, message) => log[level](message));
  const acme = new AcmeKeeper({
    settings,
    lookup: lookupThroughUpstream(ownQuestions),
    upstream: ownQuestions,
    tokens: httpChallenges.tokens,
    publishChallenges: (list) => challenges.publish(pool, list),
    onCertificate: (index, certificate) => certificates.replace(index, certificate),
    surroundings: { ...surroundings, random: Math.random },
  });
  closing.add(() => acme.stop());
  // Nothing is answered before every list that is on disk is in force. The threads load their code meanwhile.
  const [table] = await Promise.all([lists.prepare(), pool.start(), answers.restore()]);
  signal?.throwIfAborted();
  await publishTable(table);
  const filesWatch = watchCertificateFiles({
    certificates: settings.certificates,
    serving: (index) => certificates.current[index]!,
    onChange: (index, certificate) => certificates.replace(index, certificate),
    log: (level, message) => log[level](message),
  });
  closing.add(() => filesWatch.stop());
  const control = await openControlSocket(
    settings.stateDirectory,
    controlRoutes({
      settings,
      hashKey,
      counters,
      publisher,
      groups,
      lists,
      localSources: () => localNames.sources,
      isUpstreamReachable: () => watch.isReachable,
      listening: served,
      isZoneSilent: (resolvers) => gatewayLog.isZoneSilent(resolvers),
      answerSource: new AnswerSource({
        answerCache,
        nowSeconds: () => Math.floor(monotonicClock()() / 1_000),
        inside: ownQuestions,
        upstream,
        upstreams: settings.upstreams,
      }),
      answerCache,
      onFlushed: () => answers.forgetFile(),
      certificateStates: () => certificateStates(settings, certificates.current, acme, filesWatch),
      orderCertificates: (choice) => acme.order(choice),
      clients,
    }),
  );
  closing.add(() => control.close());

  const setUp = new SetUpServer({
    clients,
    sightings,
    permitted: settings.access.http,
    hostName: hostname(),
    warn: (message) => log.warn(message),
    nowSeconds: () => Math.floor(monotonicClock()() / 1_000),
  });
  await setUp.listen(sockets.forMain.filter(({ kind }) => kind === 'http'));
  closing.add(() => setUp.close());

  await pool.listen();
  cookieSecrets.start((cookies) => pool.publish({ kind: 'cookies', cookies }));
  closing.add(() => cookieSecrets.stop());
  ticketKeys.start((keys) => pool.publish({ kind: 'ticket-keys', ticketKeys: keys }));
  closing.add(() => ticketKeys.stop());

  const keeper = keepCertificates(settings, loaded, certificates, surroundings);
  closing.add(() => keeper.stop());
  const plannedRenewal = (index: number) => acme.plannedRenewal(index);
  closing.add(warnBeforeExpiry(certificates, plannedRenewal, (message) => log.warn(message)));
  acme.start();
  localNames.start((tables) => publisher.publishLocalNames(pool, tables));
  closing.add(() => localNames.stop());
  discovery.start((records) => localNames.setDiscovery(records));
  closing.add(() => discovery.stop());
  rules.start(async (table) => {
    lists.setRemovals(rules.removals);
    await publisher.publishRules(pool, table);
    noticeProbes();
  });
  closing.add(() => rules.stop());
  groups.start(() => publisher.publishGroups(pool));
  closing.add(() => groups.stop());
  const addressWatch = followAddresses(sockets, pool, log);
  closing.add(() => addressWatch?.stop());

  const addresses = served();
  log.info({ threads: settings.server.threads, ...readyAddresses(addresses) }, 'ready');
  const missing = missingDownloads(settings, lists);
  if (missing.length > 0) gatewayLog.firstDownloads(missing, settings.policy.start);
  void watch.probe();
  lists.start();
  answers.start();
  return {
    addresses,
    pool,
    lists,
    control,
    publishChallenges: (list) => challenges.publish(pool, list),
    close: (graceMilliseconds) => closing.run(graceMilliseconds),
  };
}

/** This module's own form: .ts in a clone, .js in the package. */
function defaultThreadEntry(): URL {
  return new URL(`./data-plane/worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
}

function upstreamNames({ upstreams }: Settings): string {
  return upstreams.map(({ name }) => name).join(', ');
}
