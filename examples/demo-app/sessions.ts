import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where a browser stands with us. Between password and second factor it is not logged in. */
export type Session =
  | { readonly kind: 'half'; readonly userId: string; readonly loginId: string; readonly state: string }
  | { readonly kind: 'full'; readonly userId: string };

const cookieName = 'demo_session';
const sessionsMax = 1_000;
const halfMs = 3_600_000;
const fullMs = 43_200_000;

/** Sessions in memory: the cookie is a random name for one, and a new name is drawn at each step up. */
export function createSessions(now: () => number = Date.now) {
  const sessions = new Map<string, { readonly session: Session; readonly until: number }>();
  return {
    read(request: FastifyRequest): Session | undefined {
      const id = request.cookies[cookieName] ?? '';
      const found = sessions.get(id);
      if (found && now() < found.until) return found.session;
      sessions.delete(id);
      return undefined;
    },
    start(request: FastifyRequest, reply: FastifyReply, session: Session): void {
      sessions.delete(request.cookies[cookieName] ?? '');
      const oldest = sessions.keys().next().value;
      if (sessions.size >= sessionsMax && oldest !== undefined) sessions.delete(oldest);
      const id = randomBytes(24).toString('base64url');
      sessions.set(id, { session, until: now() + (session.kind === 'full' ? fullMs : halfMs) });
      // Lax: the browser must bring it along when our pages send it back.
      void reply.setCookie(cookieName, id, { httpOnly: true, sameSite: 'lax', path: '/' });
    },
    end(request: FastifyRequest, reply: FastifyReply): void {
      sessions.delete(request.cookies[cookieName] ?? '');
      void reply.clearCookie(cookieName, { path: '/' });
    },
  };
}

export type Sessions = ReturnType<typeof createSessions>;
