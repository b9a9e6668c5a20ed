import { deployProcesses } from '../support/doors.ts';
import { describeLive } from '../support/services.ts';
import { testAccountRaces } from './account-races.flow.ts';

describeLive('Many at once at one account, on two gateways and two verifiers', ['kafka', 'redis'], () => {
  testAccountRaces(deployProcesses);
});
