// What the last run left on disk, for when no gateway runs: the compiled table, and whether it still fits the configuration.
// Reads only; nothing is made, not even what is missing.

import { stat } from 'node:fs/promises';
import type { ExplainContext } from '../../control-plane/explain/explain-name.ts';
import { groupRuleSources } from '../../control-plane/groups/group-rule-sources.ts';
import { GroupsInForce } from '../../control-plane/groups/groups-in-force.ts';
import { buildTable } from '../../control-plane/lists/build-table.ts';
import type { CompileInput } from '../../control-plane/lists/compile-messages.ts';
import { listTables, loadTable, tablePath } from '../../control-plane/lists/compiled-store.ts';
import { contentIdOf } from '../../control-plane/lists/content-id.ts';
import { copyPath, readMetadata } from '../../control-plane/lists/list-store.ts';
import { systemListClock } from '../../control-plane/lists/list-clock.ts';
import { compileForOthers, compileLocalNames, sourcesOf } from '../../control-plane/local-names/compile-local-names.ts';
import { readLocalContents } from '../../control-plane/local-names/read-local-contents.ts';
import { RulesKeeper } from '../../control-plane/rules/rules-keeper.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { keyPath, readInstallationKey } from '../../control-plane/state-directory/installation-key.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { HASH_KEY_BYTES } from '../../memory/name-hash/name-hasher.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { forbidden } from '../gateway-request.ts';

const NOT_ASKED = 'nobody is asked without a gateway';

export interface Compiled {
  readonly context: ExplainContext;
  /** Undefined for rules alone, which need no compiling. */
  readonly compiledAt: Date | undefined;
  /** The next start would use this very table: lists and rules are as they were. */
  readonly isCurrent: boolean;
}

/** Undefined if there is nothing that can be used. Throws OperatorError GATEWAY_FORBIDDEN. */
export async function readCompiled(settings: Settings): Promise<Compiled | undefined> {
  if (settings.lists.length === 0) return rulesAlone(settings);
  const hashKey = readHashKey(settings.stateDirectory);
  if (hashKey === undefined) return undefined;
  const input = await currentInput(settings, hashKey);
  const currentId = contentIdOf(input);
  for (const { contentId, compiledAt } of await tablesOnDisk(settings.stateDirectory, currentId)) {
    const loaded = await loadTable(settings.stateDirectory, contentId, hashKey);
    if (loaded.kind !== 'loaded') continue;
    const listsInForce = input.lists.filter(({ copy }) => copy !== undefined).map(({ name }) => name);
    const context = contextOf(settings, loaded.table, hashKey, listsInForce);
    return { context, compiledAt, isCurrent: contentId === currentId };
  }
  return undefined;
}

function rulesAlone(settings: Settings): Compiled {
  const hashKey = new Uint8Array(HASH_KEY_BYTES);
  const input = { hashKey, lists: [], removals: [] };
  const { table } = buildTable(input, contentIdOf(input));
  return { context: contextOf(settings, table, hashKey, []), compiledAt: undefined, isCurrent: true };
}

function contextOf(
  settings: Settings,
  table: SharedArrayBuffer,
  hashKey: Uint8Array,
  listsInForce: readonly string[],
): ExplainContext {
  const { table: rules } = rulesKeeper(settings, hashKey);
  const inForce = new GroupsInForce({ settings, clock: systemListClock, log: () => undefined });
  const groups = inForce.policies({
    lists: new BlockTable(table).sources,
    rules: new BlockTable(rules).sources,
    listsInForce: new Set(listsInForce),
  });
  const contents = readLocalContents(settings, new Date());
  const namesForOthers = compileForOthers(settings, hashKey);
  return {
    policy: new PolicyTables(table, rules, groups),
    groups,
    members: inForce.members,
    groupStatus: inForce.status(),
    findAnswer: () => Promise.resolve(NOT_ASKED),
    localNames: new LocalNames(compileLocalNames(settings, hashKey, contents).table),
    namesForOthers: namesForOthers && new LocalNames(namesForOthers),
    localSources: sourcesOf(settings, contents),
    hashKey,
    settings,
  };
}

function rulesKeeper(settings: Settings, hashKey: Uint8Array): RulesKeeper {
  return new RulesKeeper({ settings, hashKey, groupSupplies: groupRuleSources(settings), log: () => undefined });
}

/** Throws OperatorError GATEWAY_FORBIDDEN. A key that is damaged otherwise serves no table. */
function readHashKey(stateDirectory: string): Uint8Array | undefined {
  try {
    return readInstallationKey(stateDirectory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw forbidden(keyPath(stateDirectory));
    return undefined;
  }
}

/** What the next start would compile, as far as the notes beside the kept copies tell. */
async function currentInput(settings: Settings, hashKey: Uint8Array): Promise<CompileInput> {
  const lists = settings.lists.map(async (list) => {
    const path = copyPath(settings.stateDirectory, list);
    const metadata = await readMetadata(path, list);
    return { ...list, copy: metadata && { path, sha256: metadata.sha256, names: metadata.names } };
  });
  return { hashKey, lists: await Promise.all(lists), removals: rulesKeeper(settings, hashKey).removals };
}

/** The current one first, then the newest. */
async function tablesOnDisk(
  stateDirectory: string,
  currentId: string,
): Promise<{ contentId: string; compiledAt: Date }[]> {
  const tables: { contentId: string; compiledAt: Date }[] = [];
  for (const contentId of await listTables(stateDirectory)) {
    const found = await stat(tablePath(stateDirectory, contentId)).catch(() => undefined);
    if (found !== undefined) tables.push({ contentId, compiledAt: found.mtime });
  }
  const rank = (contentId: string) => (contentId === currentId ? 0 : 1);
  return tables.sort((a, b) => rank(a.contentId) - rank(b.contentId) || +b.compiledAt - +a.compiledAt);
}
