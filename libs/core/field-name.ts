const lengthMax = 200;
const digitsMax = 3;
const hidden = '(hidden)';

/**
 * A field's name as a fault may repeat it. Names that callers made up go back to them, so that they find their slip; but a name that
 * could be an address, a number, a code or a key stays untold, since faults end up in other people's logs.
 */
export function repeatableName(name: string): string {
  const digits = name.match(/\p{Nd}/gu)?.length ?? 0;
  return name.includes('@') || digits > digitsMax ? hidden : name.slice(0, lengthMax);
}
