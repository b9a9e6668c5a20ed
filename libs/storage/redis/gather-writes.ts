import type { Socket } from 'node:net';

/**
 * Lets everything that is written to a socket in one turn of the event loop leave together: one system call here and one reading at
 * the server, where each command would cost both. Nothing else changes: each command still has its own reply, and is sent once.
 */
export function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const gathering = (...args: unknown[]): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    return write(...args);
  };
  socket.write = gathering;
}
