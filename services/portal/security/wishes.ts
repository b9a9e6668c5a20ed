import type { FastifyReply } from 'fastify';
import { ApiProblem } from '../api.ts';
import { beginAddress, beginApp, beginCodes, sendFirstCode } from '../enrol/begin.ts';
import { ask, goTo, type At, type Wish } from '../enrol/place.ts';
import { keepStep } from '../enrol/step.ts';
import { leaveNotice } from './notice.ts';
import { askForProof } from './proof.ts';

/** Does what the person wants, or asks for the proof that it needs and keeps the wish until then. */
export async function fulfil(at: At, wish: Wish, once: string): Promise<FastifyReply> {
  switch (wish.want) {
    case 'method':
      return wish.type === 'totp' ? beginApp(at, once) : beginAddress(at, wish.type);
    case 'address':
      return sendTo(at, wish, once);
    case 'codes':
      return beginCodes(at, once);
    case 'default':
      return change(at, wish, async () => {
        await ask(at, 'PATCH', pathOf(wish.methodId), { default: true }, once);
        leaveNotice(at, 'default');
      });
    case 'removal':
      return remove(at, wish.methodIds, once);
  }
}

const pathOf = (methodId: string) => `/methods/${encodeURIComponent(methodId)}`;

async function sendTo(at: At, wish: Extract<Wish, { want: 'address' }>, once: string): Promise<FastifyReply> {
  const sent = await sendFirstCode(at, wish, once);
  if (!('name' in sent)) return sent;
  keepStep(at, { step: 'address', type: wish.type, typed: wish.typed, fault: sent });
  return goTo(at, `/enrol/${wish.type}`);
}

/** Takes methods away one after another. What goes with another (backup codes with the last one) is gone as well as wished. */
async function remove(at: At, methodIds: readonly string[], once: string): Promise<FastifyReply> {
  const [first, ...others] = methodIds;
  if (first === undefined) return goTo(at, '');
  return change(at, { want: 'removal', methodIds }, async () => {
    await ask(at, 'DELETE', pathOf(first), undefined, once);
    leaveNotice(at, 'removed');
    for (const id of others) {
      await ask(at, 'DELETE', pathOf(id), undefined, once).catch((error: unknown) => {
        if (!(error instanceof ApiProblem) || error.code !== 'not-found') throw error;
      });
    }
  });
}

/** Leads back to the tab, which says what came of it. */
async function change(at: At, wish: Wish, carryOut: () => Promise<void>): Promise<FastifyReply> {
  try {
    await carryOut();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'step-up-required') return askForProof(at, wish);
    if (error.code === 'last-method-enforced') leaveNotice(at, 'lastEnforced');
    else if (error.code === 'not-found' || error.code === 'not-a-default') leaveNotice(at, 'gone');
    else throw error;
  }
  return goTo(at, '');
}
