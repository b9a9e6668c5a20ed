import { channelNames } from '#schemas/channel.ts';
import type { ProviderNote } from '#schemas/provider-note.ts';
import { sameValue } from './canonical.ts';
import { ownValue, type OwnSettings } from './settings.ts';
import type { SettingsFault } from './settings-input.ts';
import type { Settings } from './settings-table.ts';

/** A provider as far as is known now; `working` is false as well where nobody has asked it for long. */
export type ProviderState = Pick<ProviderNote, 'name' | 'channel' | 'working' | 'reason'>;

type Rule = {
  readonly field: string;
  /** What it looks at; with a fault in one of them it says nothing. */
  readonly reads: readonly string[];
  readonly broken: (settings: Settings) => boolean;
  readonly message: string;
};

const offers = ['methods.totp.offered', 'methods.sms.offered', 'methods.email.offered'];
const offersNothing = ({ methods: { totp, sms, email } }: Settings) => !totp.offered && !sms.offered && !email.offered;

/** What must fit together in the values that take effect. */
const rules: readonly Rule[] = [
  {
    field: 'enforcement.groups',
    reads: ['enforcement.mode', 'enforcement.groups'],
    broken: ({ enforcement }) => enforcement.mode === 'groups' && enforcement.groups.length === 0,
    message: 'must name a group while enforcement.mode is groups',
  },
  {
    field: 'enforcement.mode',
    reads: ['enforcement.mode', ...offers],
    broken: (settings) => settings.enforcement.mode !== 'off' && offersNothing(settings),
    message: 'must be off while none of totp, sms and email is offered: nobody could enrol what it demands',
  },
  {
    field: 'methods.backupCodes.offered',
    reads: ['methods.backupCodes.offered', ...offers],
    broken: (settings) => settings.methods.backupCodes.offered && offersNothing(settings),
    message:
      'must be false while none of totp, sms and email is offered: backup codes exist only beside another method',
  },
];

/** @param sound whether a field passed its own check */
export function ruleFaults(settings: Settings, sound: (path: string) => boolean): SettingsFault[] {
  return rules
    .filter(({ reads, broken }) => reads.every(sound) && broken(settings))
    .map(({ field, message }) => ({ field, message, reason: 'misfit' }));
}

/**
 * A level that says of SMS or email that it is offered, newly or while changing something about it, is told when nothing could be sent.
 * Inherited and untouched values are let be: an outage must not keep anybody from saving something else.
 */
export function providerFaults(change: {
  readonly before: OwnSettings;
  readonly after: OwnSettings;
  readonly settings: Settings;
  readonly providers: readonly ProviderState[];
}): SettingsFault[] {
  const { before, after, settings, providers } = change;
  return channelNames.flatMap((channel) => {
    const field = `methods.${channel}.offered`;
    if (ownValue(after, field) !== true || !settings.methods[channel].offered) return [];
    const same = (path: string) => sameValue(ownValue(before, path), ownValue(after, path));
    if (same(`methods.${channel}`) && same(`providers.${channel}`)) return [];
    const usable = usableProviders(
      providers.filter((each) => each.channel === channel),
      settings.providers[channel],
    );
    if (usable.some(({ working }) => working)) return [];
    const names = usable.map(({ name, reason }) => `${name}${reason === undefined ? '' : ` (${reason})`}`).join(', ');
    const why = names === '' ? 'no provider for it is known' : `no provider for it works: ${names}`;
    return [{ field, message: `cannot be offered: ${why}`, reason: 'provider-not-working' }];
  });
}

/** Those that a delivery worker would try: the chosen ones among what there is, else all. */
function usableProviders(known: readonly ProviderState[], chosen: readonly string[]): readonly ProviderState[] {
  const among = known.filter(({ name }) => chosen.includes(name));
  return among.length > 0 ? among : known;
}
