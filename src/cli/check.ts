// `sotto check`: every fault of a configuration at once, or what a gateway with it would do. Opens nothing, changes nothing.

import { formatFault, loadSettings } from '../control-plane/settings/load-settings.ts';
import { readArguments } from './arguments.ts';
import { discoveryNotices } from './check/discovery-notice.ts';
import { namesFileNotices } from './check/names-file-notices.ts';
import { rulesNotices } from './check/rules-notices.ts';
import { settingsSummary } from './check/settings-summary.ts';
import { settingsName } from './settings-or-faults.ts';

export async function check(args: readonly string[]): Promise<number> {
  const { options } = readArguments(args, { usage: 'sotto check [--config FILE]', options: ['config'] });
  const result = loadSettings(options.config);
  const file = settingsName(options.config);
  if (!result.ok) {
    for (const fault of result.faults) console.error(formatFault(file, fault));
    const count = result.faults.length === 1 ? '1 fault' : `${result.faults.length} faults`;
    console.error(`sotto: ${count}; a gateway does not start with this configuration`);
    return 2;
  }
  console.log(`${file}: no faults. A gateway with it:\n\n${settingsSummary(result.settings)}`);
  const notices = result.notices.map((notice) => formatFault(file, notice));
  const { settings } = result;
  notices.push(...rulesNotices(file, settings), ...namesFileNotices(settings), ...discoveryNotices(settings));
  if (notices.length > 0) console.log(`\n${notices.join('\n')}`);
  return 0;
}
