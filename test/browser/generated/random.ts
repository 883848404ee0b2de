/** A seeded generator of random choices (mulberry32): the same seed gives the same cases. */
export class Random {
  #state: number

  constructor (seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to, not including, 1. */
  next (): number {
    this.#state = (this.#state + 0x6D2B79F5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  chance (probability: number): boolean {
    return this.next() < probability
  }

  pick<T> (items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T
  }

  /** Each item with a probability of its own draw. */
  some<T> (items: readonly T[], probability: number): T[] {
    return items.filter(() => this.chance(probability))
  }

  /** The usual one most of the time, else one of the others. */
  mostly<T> (probability: number, usual: T, others: readonly T[]): T {
    return this.chance(probability) ? usual : this.pick(others)
  }
}
