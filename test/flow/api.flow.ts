import type { System } from '../support/system.ts';
import { describeChallenges } from './challenges.flow.ts';
import { describeIdempotency } from './idempotency.flow.ts';
import { describeKeys } from './keys.flow.ts';
import { describeLimits } from './limits.flow.ts';
import { describeMessages } from './messages.flow.ts';
import { describeMetrics } from './metrics.flow.ts';
import { describeReference } from './reference.flow.ts';
import { describeSettings } from './settings.flow.ts';
import { describeSettingsLevels } from './settings-levels.flow.ts';
import { describeSettingsAgainstLogins } from './settings-logins.flow.ts';
import { describeSettingsPreview } from './settings-preview.flow.ts';
import { describeSettingsVersions } from './settings-versions.flow.ts';
import { describeStats } from './stats.flow.ts';

/** The API as a whole, over HTTP, on whatever the system stands on. */
export function describeApi(given: () => System): void {
  describeChallenges(given);
  describeIdempotency(given);
  describeMessages(given);
  describeSettings(given);
  describeSettingsLevels(given);
  describeSettingsVersions(given);
  describeSettingsPreview(given);
  describeSettingsAgainstLogins(given);
  describeKeys(given);
  describeLimits(given);
  describeStats(given);
  describeReference(given);
  describeMetrics(given);
}
