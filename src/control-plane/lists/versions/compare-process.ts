// Entry of the helper process that compares two versions of a list: lives for one comparison.

import type { ComparisonJob, ComparisonMessage } from './compare-messages.ts';
import { compareVersions } from './compare-versions.ts';

process.title = 'sotto: comparing lists';
process.once('message', (job: ComparisonJob) => {
  // Nothing else keeps this process alive. Disconnecting drops what is still on its way, so the message must be out first.
  process.send?.(outcomeOf(job), () => {
    if (process.connected) process.disconnect?.();
  });
});

function outcomeOf(job: ComparisonJob): ComparisonMessage {
  try {
    return { kind: 'compared', comparison: compareVersions(job) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
