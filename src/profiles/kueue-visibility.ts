import type { ServerProfile } from './profile.ts';

export const kueueVisibility: ServerProfile = {
  id: 'kueue-visibility',
  title: "Kueue's visibility server",
  source: 'kubernetes-sigs/kueue: pkg/visibility/server.go, config/components/visibility, as of 2025',
  groups: /^visibility\.kueue\.x-k8s\.io$/,
  called: /kueue|visibility-server/,
  startUp: { seconds: 60, because: 'it is a part of kueue-controller-manager and starts with it' },
  normal: [
    {
      about: 'availability',
      says: 'it is a part of kueue-controller-manager: when the manager restarts the API is gone with it, and when the server cannot start the whole manager ends',
    },
    {
      about: 'certificates',
      says: 'it makes a self-signed certificate at each start, and its APIService skips the verification (insecureSkipTLSVerify)',
    },
    { about: 'data', says: 'it serves subresources of queues and lists nothing: there is no list that a probe could ask for' },
  ],
  flags: [],
};
