// Entry of a query thread: takes what the main thread handed over, says `started`, then does as it is told.

import { parentPort, workerData } from 'node:worker_threads';
import type { ToThread } from '../plane-messages/messages.ts';
import type { ThreadStart } from '../plane-messages/thread-start.ts';
import { QueryThread } from './query-thread.ts';

if (parentPort === null) throw new Error('this module runs as a query thread');
const port = parentPort;
const thread = new QueryThread(workerData as ThreadStart, (message) => port.postMessage(message));

port.on('message', (message: ToThread) => {
  void thread.receive(message).then(() => {
    // Nothing else keeps the thread alive once it is drained.
    if (message.kind === 'drain') port.close();
  });
});
port.postMessage({ kind: 'started' });
