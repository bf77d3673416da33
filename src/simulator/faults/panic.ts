import { crashLoop } from './crash-loop.ts';
import { defineFault } from './fault.ts';

const TRACE = [
  'panic: runtime error: invalid memory address or nil pointer dereference',
  '[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x1a2b3c4]',
  '',
  'goroutine 217 [running]:',
  'example.com/harbour/pkg/registry.(*store).List(0x0, {0x2b4e7a8, 0xc000a1c3f0}, 0xc000b28000)',
  '\t/workspace/pkg/registry/store.go:148 +0x5c',
  'k8s.io/apiserver/pkg/endpoints/handlers.ListResource.func1({0x2b51e40, 0xc0005ee0a8}, 0xc000b12900)',
  '\t/go/pkg/mod/k8s.io/apiserver@v0.36.3/pkg/endpoints/handlers/get.go:289 +0xe0d',
];

/** The server panics a few seconds after each start. */
export const panic = defineFault({
  id: 'panic',
  cause: 'panic',
  scope: 'api',
  inject: (_cluster, api) => crashLoop(api, { endsAfter: 3000, ending: () => ({ exitCode: 2, lines: TRACE }) }),
});
