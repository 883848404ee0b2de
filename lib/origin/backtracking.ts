import { bitOf, firstOf, type Automaton } from './automaton.js'
import { MAX_ORIGIN_LENGTH } from './origin.js'

/** The most ways to read an origin that a matcher may have to try: some milliseconds. */
const MAX_RUNS = 1_000_000

/** The most pairs of states that are looked at; a RegExp that needs more is taken for unsafe. */
const MAX_STEPS = 500_000

/**
 * Whether a backtracking matcher can be kept busy by an origin that doesn't match.
 *
 * Exponential time is found exactly: it needs a loop that reads one text in two ways. Polynomial time is found by
 * counting, for each loop, the ways to read the longest origin that goes round it. Both count, and never measure time,
 * so that a configuration that starts on one machine starts on all.
 *
 * Turned down, each tried on a table of good and bad ones (see test/regexp.test.ts): redos-detector takes up to
 * 30 seconds, throws at a named group and refuses `.+\.example\.com(:\d+)?`; safe-regex2 counts stars, so that it
 * refuses an optional port and passes `(a|a)*`; recheck is 5.6 MB and hangs on `{0,61}`; scslre misses texts of more than
 * one character, `(ab|a|b)*`.
 */
export function backtracksTooMuch (automaton: Automaton): boolean {
  const loops = findLoops(automaton)
  return loops.some(loop => readsOneTextInTwoWays(automaton, loop)) || countRuns(automaton, loops) > MAX_RUNS
}

type Loop = ReadonlySet<number>

/** The strongly connected components that have an edge inside. */
function findLoops ({ next }: Automaton): Loop[] {
  const before: Array<Map<number, number>> = next.map(() => new Map())
  for (const [state, after] of next.entries()) {
    for (const to of after.keys()) before[to]?.set(state, 1)
  }
  const loops: Loop[] = []
  const left = cyclic(next, before)
  for (const state of left) {
    const back = reachable(before, state)
    const loop = new Set([...reachable(next, state)].filter(other => back.has(other)))
    left.delete(state)
    for (const each of loop) left.delete(each)
    if (loop.size > 0) loops.push(loop)
  }
  return loops
}

/** The states that remain when those without a way in are taken away, again and again: few, in most RegExps none. */
function cyclic (next: Automaton['next'], before: Automaton['next']): Set<number> {
  const waysIn = before.map(({ size }) => size)
  const free = [...waysIn.keys()].filter(state => waysIn[state] === 0)
  for (const state of free) {
    for (const to of (next[state] as ReadonlyMap<number, number>).keys()) {
      waysIn[to] = (waysIn[to] as number) - 1
      if (waysIn[to] === 0) free.push(to)
    }
  }
  const taken = new Set(free)
  return new Set([...waysIn.keys()].filter(state => !taken.has(state)))
}

function reachable (next: Automaton['next'], from: number): Set<number> {
  const states = new Set<number>()
  const queue = [from]
  for (const state of queue) {
    for (const after of (next[state] as ReadonlyMap<number, number>).keys()) {
      if (!states.has(after)) {
        states.add(after)
        queue.push(after)
      }
    }
  }
  return states
}

/**
 * Whether two different ways through the loop read the same text, from one state to one other. Since the loop leads
 * from there to the start again, each time round doubles the work.
 */
function readsOneTextInTwoWays ({ next, characters }: Automaton, loop: Loop): boolean {
  const size = next.length
  const queue = Array.from(loop, state => state * size + state)
  const seen = new Set(queue)
  let steps = 0
  for (const pair of queue) {
    const [left, right] = [Math.floor(pair / size), pair % size]
    for (const [a, ways] of next[left] as ReadonlyMap<number, number>) {
      if (!loop.has(a)) continue
      if (left === right && ways > 1) return true
      for (const b of (next[right] as ReadonlyMap<number, number>).keys()) {
        if (++steps > MAX_STEPS) return true
        if (!loop.has(b) || ((characters[a] as bigint) & (characters[b] as bigint)) === 0n) continue
        // Apart before, together now.
        if (left !== right && a === b) return true
        const after = a * size + b
        if (seen.has(after)) continue
        seen.add(after)
        queue.push(after)
      }
    }
  }
  return false
}

/** The most ways in which the automaton reads one of the texts that go round its loops, or along its repetitions. */
function countRuns (automaton: Automaton, loops: readonly Loop[]): number {
  const texts = new Set([
    // Any state stands for its loop.
    ...loops.flatMap(loop => [...loop].slice(0, 1)).map(state => attack(automaton, state, wayBetween(automaton, state, state))),
    ...repeated(automaton).map(([state, character]) => attack(automaton, state, character))
  ])
  let most = 0
  for (const text of texts) most = Math.max(most, runsOf(automaton, text))
  return most
}

/** The most repetitions that are tried: the first ones have the others after them. */
const MAX_REPEATED = 100

/** The states that are followed by themselves or their like, with a character that both take: `.*`, and `.{0,9}` too. */
function repeated ({ next, characters }: Automaton): Array<[state: number, character: string]> {
  const found: Array<[number, string]> = []
  for (const [state, after] of next.entries()) {
    // With only one way on there is nothing to choose: two equal letters of a word.
    if (after.size === 1) continue
    const common = [...after.keys()].map(to => (characters[state] as bigint) & (characters[to] as bigint)).find(each => each !== 0n)
    if (common !== undefined) found.push([state, firstOf(common)])
    if (found.length === MAX_REPEATED) break
  }
  return found
}

/** A text of full length that goes the shortest way to a state, then round and round. */
function attack (automaton: Automaton, state: number, round: string): string {
  return (wayBetween(automaton, 0, state) + round.repeat(Math.ceil(MAX_ORIGIN_LENGTH / round.length))).slice(0, MAX_ORIGIN_LENGTH)
}

/** A shortest text from one state to another; both are on one way, so that there is one. */
function wayBetween ({ next, characters }: Automaton, from: number, to: number): string {
  const texts = new Map<number, string>()
  const queue: Array<readonly [number, string]> = [[from, '']]
  for (const [state, text] of queue) {
    if (texts.has(to)) break
    for (const after of (next[state] as ReadonlyMap<number, number>).keys()) {
      if (texts.has(after)) continue
      const longer = text + firstOf(characters[after] as bigint)
      texts.set(after, longer)
      queue.push([after, longer])
    }
  }
  return texts.get(to) as string
}

/** In how many ways the automaton reads the beginnings of a text: what a matcher tries before it gives up. */
function runsOf ({ next, characters }: Automaton, text: string): number {
  let total = 0
  let runs = new Map([[0, 1]])
  for (const character of text) {
    const bit = bitOf(character)
    const after = new Map<number, number>()
    for (const [state, count] of runs) {
      for (const [to, ways] of next[state] as ReadonlyMap<number, number>) {
        if (((characters[to] as bigint) & bit) === 0n) continue
        after.set(to, (after.get(to) ?? 0) + count * ways)
        total += count * ways
      }
    }
    if (total > MAX_RUNS) break
    runs = after
  }
  return total
}
