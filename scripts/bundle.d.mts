import type { Metafile } from 'esbuild';

export function bundle(outdir: string, sourcemap?: 'linked' | false): Promise<Metafile>;
export function measure(): Promise<Metafile>;
export function bundleOneFile(outfile: string): Promise<Metafile>;
