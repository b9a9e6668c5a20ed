import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';

const socketsMax = 64;

/** Keep-alive agents for a vendor's SDK that can tell, after a failure, whether a request can have left us. */
export type TrackedAgents = {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** False: there never was a connection (and, for https, a handshake) for it. `undefined`: no request to judge by. */
  mayHaveLeft(request: unknown): boolean | undefined;
  close(): void;
};

/**
 * SDKs report a time-out while connecting and one after the vendor took the message with the same error. The
 * difference is whether a second send may follow for certain, so the sockets are watched.
 * @param idleMs how long an idle connection is kept.
 */
export function openTrackedAgents(idleMs: number): TrackedAgents {
  const established = new WeakSet<Duplex>();
  const limits = { keepAlive: true, maxSockets: socketsMax, timeout: idleMs };
  const plain = new http.Agent(limits);
  const secure = new https.Agent(limits);
  watch(plain, 'connect', established);
  watch(secure, 'secureConnect', established);
  return {
    http: plain,
    https: secure,
    mayHaveLeft(request) {
      if (!(request instanceof http.ClientRequest)) return undefined;
      return request.socket === null ? false : established.has(request.socket);
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

function watch(agent: http.Agent, ready: 'connect' | 'secureConnect', established: WeakSet<Duplex>): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    socket?.once(ready, () => established.add(socket));
    return socket;
  };
}
