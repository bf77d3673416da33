import type { KubeClient } from '../../src/kube/api.ts';

export type Answers = Record<string, unknown>;

/** Answers by path without its query: an object is a 200, a number a bare status, a function is asked with the whole path. */
export function answeringClient(answers: Answers): KubeClient & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    server: new URL('https://192.0.2.2:6443'),
    async request(path) {
      asked.push(path);
      const answer = answers[path] ?? answers[path.replace(/\?.*$/, '')] ?? 404;
      const given: unknown = typeof answer === 'function' ? (answer as (path: string) => unknown)(path) : answer;
      if (given instanceof Error) throw given;
      if (typeof given === 'number') return { status: given, headers: {}, body: Buffer.from('{"kind":"Status"}') };
      return { status: 200, headers: {}, body: Buffer.from(typeof given === 'string' ? given : JSON.stringify(given)) };
    },
    open: () => Promise.reject(new Error('nothing is streamed here')),
    credentials: () => Promise.reject(new Error('no credentials are needed here')),
  };
}
