// Which own rules a gateway would pass over, line by line, for `sotto check`: lines of policy.rules_file that are no rules, and rules for
// which there is no room. A file that is not there has its notice already.

import { existsSync } from 'node:fs';
import { groupRuleSources } from '../../control-plane/groups/group-rule-sources.ts';
import { readNamesFile } from '../../control-plane/local-names/read-names-file.ts';
import { unreadableFor } from '../../control-plane/local-names/unreadable-file.ts';
import { buildRulesTable, RULES_FILE_SOURCE } from '../../control-plane/rules/build-rules-table.ts';
import type { OwnRule } from '../../control-plane/rules/own-rule.ts';
import { parseRulesFile } from '../../control-plane/rules/parse-rules-file.ts';
import { RULES_FILE_BYTES_MAX } from '../../control-plane/rules/rules-file.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { HASH_KEY_BYTES } from '../../memory/name-hash/name-hasher.ts';
import { parseRule } from '../../policy/rule.ts';
import { visible } from '../visible-text.ts';

/** `configName`: what stands in front of a line of the configuration. */
export function rulesNotices(configName: string, settings: Settings): string[] {
  const notices: string[] = [];
  const fileRules = readRulesFile(settings, notices);
  const { leftOut } = buildRulesTable({
    hashKey: new Uint8Array(HASH_KEY_BYTES),
    rules: settings.rules.flatMap(ownRule),
    fileRules,
    groupSupplies: groupRuleSources(settings),
  });
  for (const [source, { count, first }] of leftOut) {
    const file = source === RULES_FILE_SOURCE ? settings.rulesFile! : configName;
    for (const { line, text, reason } of first)
      notices.push(`${file}${line > 0 ? `:${line}` : ''}: "${text}" is left out: ${reason}`);
    if (count > first.length) notices.push(`${file}: ${count - first.length} more rules are left out`);
  }
  return notices.map(visible);
}

function ownRule({ text, line }: Settings['rules'][number]): OwnRule[] {
  const rule = parseRule(text);
  return typeof rule === 'string' ? [] : [{ text, rule, line }];
}

function readRulesFile({ rulesFile, server }: Settings, notices: string[]): readonly OwnRule[] {
  if (rulesFile === undefined || !existsSync(rulesFile)) return [];
  // This command may be root's, the gateway is not.
  for (const [path, why] of unreadableFor(server.user, [rulesFile])) notices.push(`${path} cannot be read: ${why}`);
  const file = readNamesFile(rulesFile, RULES_FILE_BYTES_MAX);
  if (!file.ok) {
    notices.push(`${rulesFile} ${file.wrong}; no rules come from it`);
    return [];
  }
  const { rules, faults, faultCount } = parseRulesFile(file.text);
  for (const { line, message } of faults) notices.push(`${rulesFile}:${line}: ${message}`);
  if (faultCount > faults.length)
    notices.push(`${rulesFile}: ${faultCount - faults.length} more lines are passed over, and the rest holds`);
  return rules;
}
