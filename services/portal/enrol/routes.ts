import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { PageFailure } from '../failure.ts';
import { fieldsOf, onceOf } from '../form.ts';
import type { Portal } from '../portal.ts';
import { showAddressStep, takeAddress } from './address-step.ts';
import { showAppStep } from './app-step.ts';
import { beginAddress, beginApp, beginCodes, leave } from './begin.ts';
import { resendCode, showCodeStep } from './code-step.ts';
import { codesSaved, downloadCodes, showCodesStep } from './codes-step.ts';
import { confirmStep } from './confirm.ts';
import { showDoneStep } from './done-step.ts';
import { showIntro } from './intro-step.ts';
import { pageRoutes } from './page-routes.ts';
import { goTo, type At, type Place } from './place.ts';
import { readStep } from './step.ts';

const BeginForm = Type.Object({ type: Type.Enum(['totp', 'sms', 'email', 'backup-codes']) });

/**
 * The steps that set a method up, under `enrol` of a tab. In a login they begin with an introduction and end at the application; on the
 * Security tab they begin and end there. Each step is a page of its own that can be loaded again; what it knows is in the
 * sealed cookie of step.ts.
 */
export function registerEnrolment(app: FastifyInstance, portal: Portal, place: Place): void {
  const { page, form } = pageRoutes(app, portal, place, '/enrol');
  page('', (at) => (place.kind === 'login' ? showIntro(at) : goTo(at, '')));
  form('/begin', begin);
  form('/cancel', leave);
  page('/app', (at) => shown(at, readStep(at, 'app'), showAppStep));
  form('/app', (at) => confirmStep(at, 'app'));
  for (const type of ['sms', 'email'] as const) {
    page(`/${type}`, (at) => showAddressStep(at, type));
    form(`/${type}`, (at) => takeAddress(at, type));
  }
  page('/code', (at) => shown(at, readStep(at, 'code'), showCodeStep));
  form('/code', (at) => confirmStep(at, 'code'));
  form('/resend', resendCode);
  page('/backup-codes', (at) => shown(at, readStep(at, 'codes'), showCodesStep));
  form('/backup-codes', codesSaved);
  form('/backup-codes/download', downloadCodes);
  page('/done', (at) => shown(at, readStep(at, 'done'), (_, { content }) => showDoneStep(at, content)));
}

/** A step that is kept no more leads back to where it began. */
const shown = <Kept>(at: At, kept: Kept | undefined, render: (at: At, kept: Kept) => Promise<FastifyReply>) =>
  kept === undefined ? goTo(at, '') : render(at, kept);

async function begin(at: At): Promise<FastifyReply> {
  const fields = fieldsOf(at.request, BeginForm);
  const once = onceOf(at.request);
  switch (fields?.type) {
    case 'totp':
      return beginApp(at, once);
    case 'sms':
    case 'email':
      return beginAddress(at, fields.type);
    case 'backup-codes':
      return beginCodes(at, once);
    default:
      throw new PageFailure('notFound');
  }
}
