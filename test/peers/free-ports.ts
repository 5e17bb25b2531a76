// Ports that are free for UDP and TCP right now. Between finding and using one, another process may take it: rare, and loud.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

export async function freePorts(count: number, address = '127.0.0.1'): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = await freePort(address);
    if (port !== undefined) ports.add(port);
  }
  return [...ports];
}

/** Undefined if the port that TCP got is taken for UDP. */
async function freePort(address: string): Promise<number | undefined> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return port;
  } catch {
    return undefined;
  } finally {
    socket.close();
    server.close();
    await once(server, 'close');
  }
}
