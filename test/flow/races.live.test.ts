import { deployProcesses } from '../support/doors.ts';
import { describeLive } from '../support/services.ts';
import { testRaces } from './races.flow.ts';

describeLive('Many at once on two gateways and two verifiers', ['kafka', 'redis'], () => {
  testRaces(deployProcesses);
});
