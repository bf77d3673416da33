import { fnv1a, mixed } from './hash.ts';

/** One of `count` exporters that share the APIs of a cluster out among them; `index` counts from 0, as the ordinals of a StatefulSet do. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Each reads what is of the whole cluster for itself: long before so many, that is most of what they do. */
export const MOST_SHARDS = 100;

export const SHARD_ALLOWED = `i/n is allowed, such as 0/3, with n from 1 to ${MOST_SHARDS} and i from 0 to n - 1`;

/** Undefined: it is none. */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = /^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  return shard.count >= 1 && shard.count <= MOST_SHARDS && shard.index < shard.count ? shard : undefined;
}

export function printShard({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/**
 * To which of `count` shards an APIService falls: the one that weighs highest for its name (rendezvous hashing, Thaler and Ravishankar 1998). The
 * weight of a shard does not depend on how many there are, so one shard more takes its own share of the names, and no other name moves.
 */
export function shardOf(apiservice: string, count: number): number {
  const name = fnv1a(apiservice);
  let highest = -1;
  let heaviest = 0;
  for (let index = 0; index < count; index++) {
    const weight = mixed(name ^ Math.imul(index + 1, ODD));
    if (weight <= highest) continue;
    highest = weight;
    heaviest = index;
  }
  return heaviest;
}

/** 2 ** 32 by the golden ratio, which is odd: no two indices have one product. */
const ODD = 0x9e3779b1;

export function isOf({ index, count }: Shard, apiservice: string): boolean {
  return shardOf(apiservice, count) === index;
}

/** Another shard to which it falls; undefined: it falls to this one. */
export function otherShardOf(shard: Shard, apiservice: string): Shard | undefined {
  const index = shardOf(apiservice, shard.count);
  return index === shard.index ? undefined : { index, count: shard.count };
}

/** What is to be known of whatever is told of all APIs. */
export function shardInWords(shard: Shard): string {
  return `This is of shard ${printShard(shard)}: of the APIs that fall to it by their name, and of no others.`;
}
