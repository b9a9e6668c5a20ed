const itemsPerCallMax = 100;
const callBytesMax = 512 * 1024;
const callsAtOnceMax = 32;

/** Things of one bucket that go in one call. */
export type Batch<Item> = { readonly bucket: string; readonly items: Item[]; size: number };

/** Puts things together by bucket, within bounds of number and size. */
export function groupByBucket<Item>(
  items: readonly Item[],
  bucketOfItem: (item: Item) => string,
  size: (item: Item) => number,
): Batch<Item>[] {
  const calls: Batch<Item>[] = [];
  const current = new Map<string, Batch<Item>>();
  for (const item of items) {
    const bucket = bucketOfItem(item);
    let call = current.get(bucket);
    if (!call || call.items.length >= itemsPerCallMax || call.size + size(item) > callBytesMax) {
      call = { bucket, items: [], size: 0 };
      current.set(bucket, call);
      calls.push(call);
    }
    call.items.push(item);
    call.size += size(item);
  }
  return calls;
}

/** Works on all of them, a bounded number at a time, and answers in their order. */
export async function inTurns<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < items.length; i += callsAtOnceMax)
    answers.push(...(await Promise.all(items.slice(i, i + callsAtOnceMax).map(work))));
  return answers;
}
