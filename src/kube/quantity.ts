const FACTORS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({
    n: 1e-9,
    u: 1e-6,
    m: 1e-3,
    '': 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    E: 1e18,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
  }),
);

/** A resource quantity (`100m`, `1.5`, `256Mi`, `1e3`) in base units; undefined when it is none. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(value.trim());
  if (!match) return undefined;
  const number = Number(match[1]) * (match[2] === undefined ? (FACTORS.get(match[3] ?? '') ?? Number.NaN) : 10 ** Number(match[2]));
  return Number.isFinite(number) ? number : undefined;
}
