// `npm run testssl [-- --whole]`: a gateway of its own, and testssl.sh against its DoT and its DoH port; some minutes. Prints a summary
// of each, or the whole of what testssl.sh says; exit code 1 for any finding that is not expected, and where nothing could be tested.

import { findCommand } from '../test/setup/missing-components.ts';
import { installComponents } from '../test/setup/install-components.ts';
import { TESTSSL } from '../test/setup/packages.ts';
import { judgeScan } from '../test/testssl/judge-scan.ts';
import { startScannedGateway } from '../test/testssl/scanned-gateway.ts';
import { runTestssl, type Scan } from '../test/testssl/run-testssl.ts';
import { summaryOf } from '../test/testssl/summary.ts';

const isWhole = process.argv.includes('--whole');
// The gateway and testssl.sh end with this process, if it ends as processes do.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

await installComponents((line) => console.log(line), [TESTSSL]);
const missing = ['testssl', 'openssl'].filter((command) => findCommand(command) === undefined);
if (missing.length > 0) {
  console.log(`nothing was tested: not installed: ${missing.join(', ')}`);
  process.exitCode = 1;
} else {
  const gateway = await startScannedGateway();
  try {
    console.log(`testssl.sh looks at DNS over TLS and DNS over HTTPS of ${gateway.name}; that takes some minutes`);
    const scans = await Promise.all(gateway.ports.map((port) => runTestssl(gateway, port)));
    for (const scan of scans) report(scan);
  } finally {
    await gateway.stop();
  }
}

function report(scan: Scan): void {
  const judgment = judgeScan(scan);
  console.log(`\n${isWhole ? `${scan.output}\n` : ''}${summaryOf(scan, judgment).join('\n')}`);
  if (judgment.faults.length > 0) process.exitCode = 1;
}
