// The settings a command works with, or their faults on standard error.

import { formatFault, loadSettings } from '../control-plane/settings/load-settings.ts';
import type { Settings } from '../control-plane/settings/settings.ts';
import { visible } from './visible-text.ts';

/** Notices are for who runs the gateway; commands that only need to find it hide them. */
export type NoticeChoice = 'show notices' | 'hide notices';

/** Undefined after printing every fault: the command ends with exit code 2. Throws OperatorError CONFIG_UNREADABLE. */
export function settingsOrFaults(
  configFile: string | undefined,
  choice: NoticeChoice = 'show notices',
): Settings | undefined {
  const result = loadSettings(configFile);
  const file = settingsName(configFile);
  if (!result.ok) {
    for (const fault of result.faults) console.error(formatFault(file, fault));
    return undefined;
  }
  if (choice === 'show notices') for (const notice of result.notices) console.error(formatFault(file, notice));
  return result.settings;
}

/** What stands in front of a fault: the file as the operator wrote it. */
export function settingsName(configFile: string | undefined): string {
  return configFile === undefined ? 'built-in defaults' : visible(configFile);
}
