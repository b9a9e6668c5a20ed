import { createFormVisitor, type FormVisitor, type Visited } from './form-visitor.ts';
import type { System } from './system.ts';

/** Where the pages of a test's system are for browsers. */
export const pagesOrigin = 'http://localhost:8080';

export type SignedIn = FormVisitor & { readonly start: Visited };

/** Somebody who has signed in with a key. */
export async function signIn(system: Pick<System, 'url'>, key: string): Promise<SignedIn> {
  const visitor = createFormVisitor(system.url, pagesOrigin);
  const door = await visitor.get('/admin');
  const start = await visitor.submit(door, '/admin/sign-in', { key });
  return { ...visitor, start };
}
