import { answers, IdParams, Nothing, Repeatable } from './api.ts';
import {
  AccountAnswer,
  BackupCodesAnswer,
  BypassAnswer,
  BypassRequest,
  ConfirmAnswer,
  ConfirmEnrolment,
  EnrolmentAnswer,
  EnrolmentParams,
  EnrolMethod,
  ExemptAccount,
  FindAccount,
  LoginResult,
  LoginResultAnswer,
  LoginVerify,
  LoginVerifyAnswer,
  MethodAnswer,
  MethodParams,
  OpenPage,
  OpenSession,
  PageAnswer,
  PatchMethod,
  SaveAccount,
  SendAnswer,
  SessionAnswer,
  StepUp,
  StepUpAnswer,
  StepUpVerify,
} from './account-api.ts';

const security = [{ apiKey: [] }];
const changing = { security, headers: Repeatable };
const accounts = { ...changing, tags: ['accounts'] };
const support = { ...changing, tags: ['support'], params: IdParams };
const logins = { ...changing, tags: ['logins'], params: IdParams };
const idOf = { ...accounts, params: IdParams };

/** The calls about accounts that only a verifier can answer: it decides them, and the gateway passes them on. */
export const accountCalls = {
  save: { ...accounts, summary: 'Make or find an account', body: SaveAccount, response: answers(200, AccountAnswer) },
  find: {
    tags: ['support'],
    security,
    summary: 'Find an account by user id',
    body: FindAccount,
    response: answers(200, AccountAnswer),
  },
  read: {
    tags: ['accounts'],
    security,
    params: IdParams,
    summary: 'Read an account',
    response: answers(200, AccountAnswer),
  },
  openPage: { ...idOf, summary: 'Open the Security tab', body: OpenPage, response: answers(201, PageAnswer) },
  makeDefault: {
    ...accounts,
    summary: 'Make a method the default',
    params: MethodParams,
    body: PatchMethod,
    response: answers(200, MethodAnswer),
  },
  removeMethod: {
    ...accounts,
    summary: 'Remove a method',
    params: MethodParams,
    response: answers(204, undefined),
  },
  beginStepUp: { ...idOf, summary: 'Begin a step-up on a page', body: StepUp, response: answers(202, SendAnswer) },
  passStepUp: { ...idOf, summary: 'Pass a step-up', body: StepUpVerify, response: answers(200, StepUpAnswer) },
  unlock: { ...support, summary: 'End locks and failures', body: Nothing, response: answers(200, AccountAnswer) },
  reset: { ...support, summary: 'Take every method away', body: Nothing, response: answers(200, AccountAnswer) },
  exempt: {
    ...support,
    summary: 'Exempt from enforcement until then',
    body: ExemptAccount,
    response: answers(200, AccountAnswer),
  },
  erase: { ...support, summary: 'Erase an account and all that is known of it', response: answers(204, undefined) },
  bypass: { ...support, summary: 'Make a bypass code', body: BypassRequest, response: answers(200, BypassAnswer) },
  verifyLogin: {
    ...logins,
    summary: 'Check a code of a login',
    body: LoginVerify,
    response: answers(200, LoginVerifyAnswer),
  },
  takeResult: {
    ...logins,
    summary: 'Exchange the result code of a page',
    body: LoginResult,
    response: answers(200, LoginResultAnswer),
  },
  openSession: {
    tags: ['pages'],
    summary: 'Open a page by its handle',
    headers: Repeatable,
    body: OpenSession,
    response: answers(201, SessionAnswer),
  },
};

/** Enrolments of an account, and the same within a login that settings force: one set of calls in two places. */
export function enrolmentCalls(place: 'accounts' | 'logins') {
  const common = { ...changing, tags: [place], params: IdParams };
  const onEnrolment = { ...common, params: EnrolmentParams };
  return {
    start: { ...common, summary: 'Begin an enrolment', body: EnrolMethod, response: answers(201, EnrolmentAnswer) },
    confirm: {
      ...onEnrolment,
      summary: 'Confirm by a first code',
      body: ConfirmEnrolment,
      response: answers(200, ConfirmAnswer),
    },
    resend: { ...onEnrolment, summary: 'Send a new code', body: Nothing, response: answers(202, SendAnswer) },
    cancel: { ...onEnrolment, summary: 'Give an enrolment up', response: answers(204, undefined) },
    backupCodes: {
      ...common,
      summary: 'Make backup codes',
      body: Nothing,
      response: answers(201, BackupCodesAnswer),
    },
  };
}
