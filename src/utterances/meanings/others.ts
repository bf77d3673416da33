import { TARGET_ROLES, type TargetRole } from '../../domain/utterance.ts';
import { type Meaning, VANISHED } from './meaning.ts';

const EVERYONE: readonly TargetRole[] = TARGET_ROLES;

/** Of these no API behind the kube-apiserver is meant: nobody's fault shows. */
export const OTHERS: readonly Meaning[] = [
  {
    id: 'webhook-out-of-reach',
    roles: ['webhook'],
    reasons: [...VANISHED, 'unreachable', 'canceled'],
    pointsTo: ['connection-timed-out', 'network-policy-blocking'],
    because:
      'The kube-apiserver reaches webhooks the way it reaches backends: where packets vanish for the one they do for the other. By itself it says nothing of an API.',
  },
  {
    id: 'webhook-fails',
    roles: ['webhook'],
    pointsTo: [],
    because: 'The error is of an admission or conversion webhook, which is another server than the one behind the API.',
  },
  {
    id: 'client-fails',
    roles: ['client'],
    pointsTo: [],
    because: 'Who called broke off or was refused: any client can make a server say so.',
  },
  {
    id: 'port-taken',
    roles: EVERYONE,
    reasons: ['address-in-use'],
    pointsTo: ['port-conflict'],
    because: 'bind(2) gives EADDRINUSE for a port that another process holds.',
  },
  {
    id: 'kube-apiserver-panics',
    roles: EVERYONE,
    speakers: ['kube-apiserver'],
    reasons: ['panicked'],
    pointsTo: ['software-defect'],
    because: 'A panic that apimachinery recovers from (util/runtime) is a mistake in the code of who prints it, whatever set it off.',
  },
  {
    id: 'server-panics',
    roles: EVERYONE,
    reasons: ['panicked'],
    pointsTo: ['panic'],
    because: "k8s.io/apiserver and net/http recover a handler's panic, and print it.",
  },
  {
    id: 'node-has-no-room',
    roles: EVERYONE,
    reasons: ['descriptors-exhausted', 'disk-full'],
    pointsTo: ['node-under-pressure'],
    because: 'The process or its node has no file descriptors or disk left.',
  },
  {
    id: 'someone-answers-503',
    roles: EVERYONE,
    reasons: ['unavailable'],
    pointsTo: [],
    because: '503 is what the aggregator answers whatever is wrong: only a victim speaks, be it a server that asks for another API.',
  },
  {
    id: 'someone-answers-500',
    roles: EVERYONE,
    reasons: ['server-error'],
    speakers: ['client', 'controller', 'kube-apiserver', 'kubelet', 'unknown'],
    pointsTo: [],
    because: '500 is what any server answers: only a victim speaks.',
  },
];
