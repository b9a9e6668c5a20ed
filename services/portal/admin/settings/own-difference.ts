import { sameValue } from '#core/canonical.ts';
import { ownValue, place, type OwnSettings } from '#core/settings.ts';
import { settingsTable } from '#core/settings-table.ts';
import { nameOf } from './fields.ts';
import { showValue } from './show-value.ts';

/** What one save makes otherwise of what a level states itself, whether or not it takes effect. */
export type OwnChange = {
  readonly field: string;
  /** Undefined: inherited. */
  readonly from: unknown;
  readonly to: unknown;
};

export function ownDifferences(before: OwnSettings, after: OwnSettings): OwnChange[] {
  return settingsTable.flatMap(({ path }) => {
    const [from, to] = [ownValue(before, path), ownValue(after, path)];
    return (from === undefined && to === undefined) || (from !== undefined && to !== undefined && sameValue(from, to))
      ? []
      : [{ field: path, from, to }];
  });
}

const showOwn = (path: string, value: unknown) => (value === undefined ? 'inherited' : showValue(path, value));

/** `Code lifetime: 300 seconds → inherited` */
export const sayOwnChange = ({ field, from, to }: OwnChange): string =>
  `${nameOf(field)}: ${showOwn(field, to)} instead of ${showOwn(field, from)}`;

export type Merged = {
  readonly own: OwnSettings;
  /** What somebody else changed meanwhile: taken over, or kept as this administrator had it. */
  readonly theirs: readonly (OwnChange & { readonly kept: boolean; readonly mine: unknown })[];
};

/** Brings an administrator's input onto a version that somebody saved meanwhile: what only they changed is theirs, what both changed stays as typed. */
export function mergeOwn(base: OwnSettings, theirs: OwnSettings, mine: OwnSettings): Merged {
  const own: Record<string, unknown> = structuredClone(mine) as Record<string, unknown>;
  const mineByPath = new Map(ownDifferences(base, mine).map((change) => [change.field, change]));
  const changes = ownDifferences(base, theirs).map((change) => {
    const my = mineByPath.get(change.field);
    if (!my) takeOver(own, change.field, change.to);
    return { ...change, kept: my !== undefined, mine: ownValue(mine, change.field) };
  });
  return { own, theirs: changes.filter(({ to, mine: my, kept }) => !kept || !sameOwn(to, my)) };
}

const sameOwn = (a: unknown, b: unknown) => (a === undefined || b === undefined ? a === b : sameValue(a, b));

function takeOver(own: Record<string, unknown>, path: string, value: unknown): void {
  if (value !== undefined) return place(own, path, value);
  const steps = path.split('.');
  const last = steps.pop() as string;
  let target: Record<string, unknown> | undefined = own;
  for (const name of steps) target = target?.[name] as Record<string, unknown> | undefined;
  if (target) delete target[last];
}
