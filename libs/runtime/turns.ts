import { Problem } from './errors.ts';

const queueMsMax = 5_000;

/** One subject's commands run one after another: racing each other through the store would only make conflicts. */
export function createTurns(lengthMax: number): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const queues = new Map<string, { length: number; tail: Promise<unknown> }>();
  return async function turn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = queues.get(key) ?? { length: 0, tail: Promise.resolve() };
    if (queue.length >= lengthMax) throw new Problem('too-busy');
    queues.set(key, queue);
    queue.length += 1;
    const latest = performance.now() + queueMsMax;
    const start = () => {
      if (performance.now() > latest) throw new Problem('too-busy');
      return work();
    };
    const mine = queue.tail.then(start, start);
    queue.tail = mine;
    try {
      return await mine;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) queues.delete(key);
    }
  };
}
