import type { ServerProfile } from './profile.ts';

export const kubevirtVirtApi: ServerProfile = {
  id: 'kubevirt-virt-api',
  title: "KubeVirt's virt-api",
  source: 'kubevirt/kubevirt: pkg/virt-operator/resource/generate/components, pkg/virt-api, as of 2025',
  groups: /^subresources\.kubevirt\.io$/,
  called: /virt-api/,
  startUp: { seconds: 30, because: 'its probe first asks after 15 s and then each 10 s' },
  normal: [
    {
      about: 'certificates',
      says: 'virt-operator makes its certificates anew about once a day and writes the caBundle of the APIService: a moment in which both differ heals by itself',
    },
    { about: 'latency', says: 'console, vnc and port-forward are connections that stay open for hours: long requests are normal' },
    { about: 'data', says: 'it serves subresources only and lists nothing: there is no list that a probe could ask for' },
  ],
  flags: [{ name: 'port', says: "8443 by default: the Service's target port" }],
};
