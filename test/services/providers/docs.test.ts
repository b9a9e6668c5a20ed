import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { providers } from '../../../services/delivery-worker/providers/registry.ts';
import { sendgridFields, sendgridStatuses } from '../../../services/delivery-worker/providers/sendgrid.ts';
import {
  smtpLibraryCodes,
  smtpReplies,
  smtpRepliesBefore,
} from '../../../services/delivery-worker/providers/smtp-replies.ts';
import { networkFailures } from '../../../services/delivery-worker/providers/translate-network-error.ts';
import { twilioCodes, twilioStatuses } from '../../../services/delivery-worker/providers/twilio.ts';
import { webhookStatuses } from '../../../services/delivery-worker/providers/webhook.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/providers.md'), 'utf8');
const section = (title: string): string => page.split(`\n## ${title}\n`, 2)[1]?.split('\n## ', 1)[0] ?? '';

describe('docs/providers.md', () => {
  it('has a section for each provider', () => {
    for (const name of Object.keys(providers)) expect(section(name)).not.toBe('');
  });

  it('names every code of Twilio in the row of its outcome', () => {
    const rows = section('twilio').split('\n');
    for (const [code, { kind, reason }] of Object.entries(twilioCodes)) {
      const row = rows.find((each) => each.startsWith('|') && each.includes(code));
      expect(row).toContain(`| ${kind} | \`${reason}\` |`);
    }
  });

  it.for([
    ['twilio', [twilioCodes, twilioStatuses]],
    ['sendgrid', [sendgridStatuses, Object.fromEntries(sendgridFields)]],
    ['smtp', [smtpReplies, smtpRepliesBefore, smtpLibraryCodes]],
    ['webhook', [webhookStatuses]],
    ['What becomes of a message', [networkFailures]],
  ] as const)('explains every reason that %s can give', ([title, tables]) => {
    const reasons = tables.flatMap((table) => Object.values(table).map(({ reason }) => reason));
    for (const reason of reasons) expect(section(title)).toContain(`\`${reason}\``);
  });
});
