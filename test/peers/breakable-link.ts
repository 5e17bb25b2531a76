// A TCP link that a test can freeze, cut and mend, standing between a client and a server: the network at its worst.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface BreakableLink {
  readonly address: string;
  readonly port: number;
  /** Connections that came in so far. */
  readonly connections: number;
  /** From now on no octet passes either way, also on new connections: like a cable pulled somewhere behind a router. */
  freeze(): void;
  /** Frozen connections stay dead, as after a NAT forgot them; new ones work. */
  mend(): void;
  /** Resets all connections; new ones work. */
  cut(): void;
  stop(): Promise<void>;
}

/** Forwards to 127.0.0.1:`targetPort`. `port` 0: any free one. */
export async function startBreakableLink(targetPort: number, address = '127.0.0.1', port = 0): Promise<BreakableLink> {
  const sockets = new Set<Socket>();
  let frozen = false;
  let connections = 0;
  const server = createServer((near) => {
    connections++;
    keep(near);
    if (frozen) {
      near.pause();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    keep(far);
    near.pipe(far);
    far.pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };
  server.listen(port, address);
  await once(server, 'listening');
  return {
    address,
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend() {
      frozen = false;
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
