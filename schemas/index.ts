import type { TSchema } from 'typebox';
import * as account from './account.ts';
import * as challenge from './challenge.ts';
import { channels } from './channel.ts';
import * as delivery from './delivery.ts';
import { DocumentSnapshot } from './document.ts';
import * as login from './login.ts';
import * as notice from './notice.ts';
import * as tenant from './tenant.ts';
import { topics } from './topics.ts';

export type EventKind = {
  readonly schema: TSchema;
  /** Where it is told; a channel's own topic for messages. */
  readonly topic: string | 'by-channel';
  /** Subject events are chained per subject; worker events are not. */
  readonly chained: boolean;
};

const journal = (schema: TSchema): EventKind => ({ schema, topic: topics.journal.name, chained: true });
const fate = (schema: TSchema): EventKind => ({ schema, topic: topics.deliveries.name, chained: false });

/** Every type that may stand in the log. What is not here is a dead letter to all readers that meet it. */
export const events = {
  'challenge-requested': journal(challenge.ChallengeRequested),
  'challenge-resend-requested': journal(challenge.ChallengeResendRequested),
  'attempt-rejected': journal(challenge.AttemptRejected),
  'challenge-exhausted': journal(challenge.ChallengeExhausted),
  'challenge-approved': journal(challenge.ChallengeApproved),
  'challenge-canceled': journal(challenge.ChallengeCanceled),
  'address-reset': journal(challenge.AddressReset),
  'account-created': journal(account.AccountCreated),
  'account-updated': journal(account.AccountUpdated),
  'account-exempted': journal(account.AccountExempted),
  'account-erased': journal(account.AccountErased),
  'enrolment-started': journal(account.EnrolmentStarted),
  'enrolment-canceled': journal(account.EnrolmentCanceled),
  'method-enrolled': journal(account.MethodEnrolled),
  'method-default-changed': journal(account.MethodDefaultChanged),
  'method-removed': journal(account.MethodRemoved),
  'method-locked': journal(account.MethodLocked),
  'method-unlocked': journal(account.MethodUnlocked),
  'method-disabled': journal(account.MethodDisabled),
  'method-reset': journal(account.MethodReset),
  'backup-codes-generated': journal(account.BackupCodesGenerated),
  'backup-code-used': journal(account.BackupCodeUsed),
  'bypass-code-created': journal(account.BypassCodeCreated),
  'bypass-code-used': journal(account.BypassCodeUsed),
  'page-opened': journal(account.PageOpened),
  'page-session-started': journal(account.PageSessionStarted),
  'step-up-passed': journal(account.StepUpPassed),
  'notice-requested': journal(notice.NoticeRequested),
  'login-started': journal(login.LoginStarted),
  'login-approved': journal(login.LoginApproved),
  'login-awaiting-result': journal(login.LoginAwaitingResult),
  'login-result-taken': journal(login.LoginResultTaken),
  'login-failed': journal(login.LoginFailed),
  'login-canceled': journal(login.LoginCanceled),
  'platform-created': journal(tenant.PlatformCreated),
  'tenant-created': journal(tenant.TenantCreated),
  'tenant-listed': journal(tenant.TenantListed),
  'tenant-updated': journal(tenant.TenantUpdated),
  'tenant-suspended': journal(tenant.TenantSuspended),
  'tenant-resumed': journal(tenant.TenantResumed),
  'api-key-created': journal(tenant.ApiKeyCreated),
  'api-key-revoked': journal(tenant.ApiKeyRevoked),
  'api-key-rotated': journal(tenant.ApiKeyRotated),
  'settings-changed': journal(tenant.SettingsChanged),
  'message-rendered': { schema: delivery.MessageRendered, topic: 'by-channel', chained: false },
  'delivery-sent': fate(delivery.DeliverySent),
  'delivery-failed': fate(delivery.DeliveryFailed),
  'provider-probed': fate(delivery.ProviderProbed),
  'document-snapshot': { schema: DocumentSnapshot, topic: topics.documents.name, chained: false },
} as const satisfies Record<string, EventKind>;

export type EventName = keyof typeof events;

/** The topic that carries an event of this name and data. */
export function topicOf(name: EventName, data: unknown): string {
  const { topic } = events[name];
  if (topic !== 'by-channel') return topic;
  return channels[(data as { channel: keyof typeof channels }).channel].topic;
}
