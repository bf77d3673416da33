import type { ServerProfile } from './profile.ts';

export const calicoApiserver: ServerProfile = {
  id: 'calico-apiserver',
  title: 'the Calico API server',
  source: 'projectcalico/calico v3.30: manifests/apiserver.yaml',
  groups: /^projectcalico\.org$/,
  called: /calico-api|calico-apiserver|tigera-apiserver/,
  startUp: { seconds: 75, because: 'the probe of its own manifest asks once in 60 s' },
  normal: [
    {
      about: 'updates',
      says: 'its manifest has one replica and the strategy Recreate: each rollout takes the API down for up to a minute',
    },
    {
      about: 'readiness',
      says: 'its manifest asks for readiness once in 60 s: a server that is well again may stay unready for a minute, and one that fails may stay ready for three',
    },
    {
      about: 'certificates',
      says: 'with the plain manifest its certificate and the caBundle are made by hand, for 365 days in its documentation: nobody renews them. The Tigera operator does',
    },
  ],
  flags: [{ name: 'secure-port', says: "5443: the Service's target port" }],
};
