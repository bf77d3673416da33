const FIRST_LENGTH = 64;

/** Hits of one pass: where the literal begins, and its index. In the order of the lines; within a line in any order. */
export class HitList {
  length = 0;
  positions = new Int32Array(FIRST_LENGTH);
  literals = new Int32Array(FIRST_LENGTH);

  push(position: number, literal: number): void {
    if (this.length === this.positions.length) this.grow();
    this.positions[this.length] = position;
    this.literals[this.length++] = literal;
  }

  append(other: HitList): void {
    while (this.length + other.length > this.positions.length) this.grow();
    this.positions.set(other.positions.subarray(0, other.length), this.length);
    this.literals.set(other.literals.subarray(0, other.length), this.length);
    this.length += other.length;
  }

  private grow(): void {
    this.positions = doubled(this.positions);
    this.literals = doubled(this.literals);
  }
}

function doubled(list: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

/** All hits of lists that are each in order, in order. One list is returned as it is. */
export function mergedHits(lists: readonly HitList[]): HitList {
  const [first = new HitList(), ...others] = lists;
  return others.reduce(mergedPair, first);
}

function mergedPair(a: HitList, b: HitList): HitList {
  const all = new HitList();
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (j >= b.length || (i < a.length && (a.positions[i] as number) <= (b.positions[j] as number)))
      all.push(a.positions[i] as number, a.literals[i++] as number);
    else all.push(b.positions[j] as number, b.literals[j++] as number);
  }
  return all;
}
