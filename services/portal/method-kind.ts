import type { MethodWords } from './method-words.ts';

export type MethodKind = keyof MethodWords;
/** In the order in which pages list them. */
export const methodKinds = ['totp', 'sms', 'email', 'backup-codes'] as const satisfies readonly MethodKind[];
