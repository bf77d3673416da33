import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const softwareDefect = defineCause({
  id: 'software-defect',
  category: 'software-bug',
  part: 'anywhere',
  title: 'A known defect of the software shows',
  summary:
    'An error line that a defect of a certain release is known for. The objects and the network are well; another release is the cure.',
  severity: 'warning',
  prior: -1,
  evidence: [...linesSay('software-defect')],
  remedy: [
    'Look for the line among the issues of the server that printed it, with its version.',
    'Update to a release in which it is fixed.',
  ],
  verify: { command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200', expect: 'it no longer prints that line' },
  confusedWith: [{ cause: 'panic', tell: 'the process ends with a trace' }],
  references: ['https://kubernetes.io/releases/version-skew-policy/'],
});
