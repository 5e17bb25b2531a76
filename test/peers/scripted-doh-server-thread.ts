// A scripted DoH server in a thread of its own, for tests that hold up the thread of the upstream. Answers everything.
// workerData: certificate and key. Posts its port, and how many connections and requests it has had for every message.

import { parentPort, workerData } from 'node:worker_threads';
import { startScriptedServer } from './scripted-doh-server.ts';

const server = await startScriptedServer(workerData as { certPem: string; keyPem: string });
parentPort!.postMessage(server.port);
parentPort!.on('message', () => {
  parentPort!.postMessage({ connections: server.sessions.length, requests: server.requests.length });
});
