/** DRILLS=full makes outages and loads as long as they are in life; otherwise they are as short as they can be and still show it. */
export const isFull = process.env.DRILLS === 'full';

/** Of a drill that says what it saw: one line on standard output. */
export function report(drill: string, numbers: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`drill ${drill} (${isFull ? 'full' : 'short'}): ${JSON.stringify(numbers)}\n`);
}
