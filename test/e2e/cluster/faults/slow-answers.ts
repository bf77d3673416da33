import type { Fault } from '../fault.ts';
import { delayAnswers } from '../inject.ts';

export const fault: Fault = {
  id: 'slow-answers',
  title: 'Every answer comes four seconds late; TCP connects at once',
  causes: ['backend-slow'],
  category: 'backend-dependency',
  within: 60,
  inject: (cluster) => delayAnswers(cluster, 4000),
};
