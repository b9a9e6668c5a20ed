import { createServer, connect, type Socket } from 'node:net';

/** One address whose server can be exchanged, as a name or a floating address does after a failover. */
export type SwitchedProxy = {
  readonly port: number;
  /** Cuts what is connected and leads every new connection to another port of this machine. */
  lead(port: number): void;
  close(): Promise<void>;
};

export async function startSwitchedProxy(target: number): Promise<SwitchedProxy> {
  let port = target;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('a proxy listens on a port');
  return {
    port: address.port,
    lead(next) {
      port = next;
      cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
