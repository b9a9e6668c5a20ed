import type { Config } from '#runtime/config.ts';
import { checkProviderConfig } from './registry.ts';

/** What is wrong with the providers of a production process, beyond each one's own needs. */
export function productionFaults(config: Config): string[] {
  const { providers, channels } = config;
  const faults = checkProviderConfig(providers);
  for (const channel of channels) {
    const variable = `${channel.toUpperCase()}_PROVIDERS`;
    const names = providers[`${channel}Providers`];
    if (names.includes('sandbox')) faults.push(`${variable} names the sandbox, which exists in development mode only`);
    if (names.length === 0) faults.push(`${variable} must name a provider, or CHANNELS must leave out ${channel}`);
  }
  return faults;
}
