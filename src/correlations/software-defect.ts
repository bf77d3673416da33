import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const softwareDefect = defineCause({
  id: 'software-defect',
  category: 'software-bug',
  part: 'anywhere',
  title: 'A known defect of the software',
  summary:
    'A program on the way to the answer ran into a mistake of its own. This is a panic, a request for an API version that is gone, or an error known from certain releases. Another release does not have it.',
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
