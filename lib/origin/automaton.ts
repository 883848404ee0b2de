import type { AST } from '@eslint-community/regexpp'
import library from './library.cjs'
import { MAX_ORIGIN_LENGTH } from './origin.js'

/** Every character that an origin can have, in the order in which an example prefers them. */
export const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789-.:/_+[]'

/** The most characters that a RegExp may have once its counted repetitions are written out, and the most pairs in a row. */
const MAX_POSITIONS = 20_000
const MAX_PAIRS = 200_000

/** Larger than any real count of ways; keeps products of them exact enough. */
const MAX_WAYS = 1000

/**
 * What a RegExp matches among texts of origin characters: one state for each place where its source takes a character
 * (Glushkov's construction), and state 0 for the start.
 *
 * It is exact but for lookarounds and `\b`, which are taken to hold, and back-references, which stand for any text. So
 * it may have texts that the RegExp hasn't, never the reverse: what it lacks can never match, and what it has must be
 * tried on the RegExp itself.
 */
export interface Automaton {
  /** The characters that lead into a state: bit `i` for `ALPHABET[i]`. */
  readonly characters: readonly bigint[]
  /** The states after a state, and in how many ways a backtracking matcher gets from one to the other. */
  readonly next: ReadonlyArray<ReadonlyMap<number, number>>
  readonly final: readonly boolean[]
}

/** A RegExp's syntax tree, and the flags that say what it means. */
export interface ParsedRegExp {
  readonly pattern: AST.Pattern
  readonly flags: string
}

/**
 * Parses what the platform has already accepted.
 *
 * @throws what the parser throws at syntax that is newer than it, or nested deeper than the stack
 */
export function parseRegExp (source: string, flags: string): ParsedRegExp {
  const mode = { unicode: flags.includes('u'), unicodeSets: flags.includes('v') }
  const { RegExpParser } = library.regexpp()
  return { pattern: new RegExpParser().parsePattern(source, undefined, undefined, mode), flags: flags.replace(/[^iusv]/g, '') }
}

/**
 * The automata of a RegExp and of its lookarounds; the first is that of the whole.
 *
 * @throws RangeError if it is too large to look at
 */
export function readAutomata ({ pattern, flags }: ParsedRegExp): readonly [Automaton, ...Automaton[]] {
  const builder = new Builder(flags)
  const whole = builder.build(pattern.alternatives)
  // The set grows while it is walked: a lookaround can have others inside.
  const inner: Automaton[] = []
  for (const { alternatives } of builder.lookarounds) {
    const nested = new Builder(flags)
    inner.push(nested.build(alternatives))
    for (const each of nested.lookarounds) builder.lookarounds.add(each)
  }
  return [whole, ...inner]
}

/** A piece of a RegExp: where it begins and ends, and whether it can be empty. */
interface Piece {
  readonly first: ReadonlyMap<number, number>
  readonly last: readonly number[]
  readonly nullable: boolean
}

const NOTHING: Piece = { first: new Map(), last: [], nullable: true }

class Builder {
  readonly #flags: string
  readonly #characters: bigint[] = [0n]
  readonly #next: Array<Map<number, number>> = [new Map()]
  #pairs = 0
  readonly #known = new Map<string, bigint>()
  readonly lookarounds = new Set<AST.LookaroundAssertion>()

  constructor (flags: string) {
    this.#flags = flags
  }

  build (alternatives: readonly AST.Alternative[]): Automaton {
    const piece = this.#oneOf(alternatives)
    this.#join([0], piece.first)
    const final = this.#characters.map(() => false)
    for (const state of piece.last) final[state] = true
    final[0] = piece.nullable
    // A state that no character of an origin leads to is never reached.
    for (const next of this.#next) {
      for (const state of next.keys()) {
        if (this.#characters[state] === 0n) next.delete(state)
      }
    }
    return { characters: this.#characters, next: this.#next, final }
  }

  #oneOf (alternatives: readonly AST.Alternative[]): Piece {
    const pieces = alternatives.map(({ elements }) => elements.reduce<Piece>(
      (before, element) => this.#concat(before, this.#element(element)), NOTHING))
    return {
      first: sum(pieces.map(({ first }) => first)),
      last: pieces.flatMap(({ last }) => last),
      nullable: pieces.some(({ nullable }) => nullable)
    }
  }

  #concat (left: Piece, right: Piece): Piece {
    this.#join(left.last, right.first)
    return {
      first: left.nullable ? sum([left.first, right.first]) : left.first,
      last: right.nullable ? [...left.last, ...right.last] : right.last,
      nullable: left.nullable && right.nullable
    }
  }

  #element (element: AST.Element): Piece {
    switch (element.type) {
      case 'Assertion':
        if (element.kind === 'lookahead' || element.kind === 'lookbehind') this.lookarounds.add(element)
        return NOTHING
      case 'Backreference':
        return this.#anyText()
      case 'Group':
      case 'CapturingGroup':
        return this.#oneOf(element.alternatives)
      case 'Quantifier':
        return this.#repeat(element)
      default:
        // Strings in a class (the v flag's `\q{…}`) are more than one character.
        return element.raw.includes('\\q{') ? this.#anyText() : this.#position(this.#charactersOf(element))
    }
  }

  #repeat ({ element, min, max }: AST.Quantifier): Piece {
    // No origin is long enough for more.
    const least = Math.min(min, MAX_ORIGIN_LENGTH)
    const endless = max > MAX_ORIGIN_LENGTH
    let piece = NOTHING
    for (let count = 0; count < least - (endless ? 1 : 0); count++) piece = this.#concat(piece, this.#element(element))
    if (endless) return this.#concat(piece, this.#loop(this.#element(element), least === 0))
    let rest = NOTHING
    for (let count = least; count < max; count++) {
      rest = { ...this.#concat(this.#element(element), rest), nullable: true }
    }
    return this.#concat(piece, rest)
  }

  #loop (piece: Piece, nullable: boolean): Piece {
    this.#join(piece.last, piece.first)
    return { ...piece, nullable: nullable || piece.nullable }
  }

  #anyText (): Piece {
    return this.#loop(this.#position((1n << BigInt(ALPHABET.length)) - 1n), true)
  }

  #position (characters: bigint): Piece {
    const state = this.#characters.push(characters) - 1
    if (state > MAX_POSITIONS) throw new RangeError(`more than ${MAX_POSITIONS} characters`)
    this.#next.push(new Map())
    return { first: new Map([[state, 1]]), last: [state], nullable: false }
  }

  #join (states: readonly number[], first: ReadonlyMap<number, number>): void {
    this.#pairs += states.length * first.size
    if (this.#pairs > MAX_PAIRS) throw new RangeError(`more than ${MAX_PAIRS} pairs of characters`)
    for (const state of states) addTo(this.#next[state] as Map<number, number>, first)
  }

  /** The platform itself says what a class means. */
  #charactersOf (element: AST.Character | AST.CharacterClass | AST.CharacterSet | AST.ExpressionCharacterClass): bigint {
    // In a group with modifiers, `(?i:…)`, what the flags mean changes; either meaning is taken.
    const flags = isModified(element) ? [this.#flags, toggled(this.#flags, 'i')] : [this.#flags]
    const key = `${flags.length}${element.raw}`
    let characters = this.#known.get(key)
    if (characters === undefined) {
      const regexps = flags.map(all => new RegExp(`^(?:${element.raw})$`, all))
      characters = 0n
      for (let index = 0; index < ALPHABET.length; index++) {
        if (regexps.some(regexp => regexp.test(ALPHABET.charAt(index)))) characters |= 1n << BigInt(index)
      }
      this.#known.set(key, characters)
    }
    return characters
  }
}

function isModified (node: AST.Node): boolean {
  for (let parent = node.parent; parent !== null; parent = parent.parent) {
    if (parent.type === 'Group' && parent.modifiers !== null) return true
  }
  return false
}

function toggled (flags: string, flag: string): string {
  return flags.includes(flag) ? flags.replace(flag, '') : flags + flag
}

function sum (maps: ReadonlyArray<ReadonlyMap<number, number>>): Map<number, number> {
  const total = new Map<number, number>()
  for (const map of maps) addTo(total, map)
  return total
}

function addTo (total: Map<number, number>, map: ReadonlyMap<number, number>): void {
  for (const [state, ways] of map) total.set(state, Math.min(MAX_WAYS, (total.get(state) ?? 0) + ways))
}

/** A shortest text that both have; `undefined` if there is none. */
export function commonText (left: Automaton, right: Automaton): string | undefined {
  interface Step { readonly left: number, readonly right: number, readonly character: string, readonly before: Step | undefined }
  const queue: Step[] = [{ left: 0, right: 0, character: '', before: undefined }]
  const seen = new Set<number>([0])
  for (const step of queue) {
    if (left.final[step.left] && right.final[step.right]) {
      let text = ''
      for (let each: Step | undefined = step; each !== undefined; each = each.before) text = each.character + text
      return text
    }
    for (const a of (left.next[step.left] as ReadonlyMap<number, number>).keys()) {
      for (const b of (right.next[step.right] as ReadonlyMap<number, number>).keys()) {
        const key = a * right.final.length + b
        const common = (left.characters[a] as bigint) & (right.characters[b] as bigint)
        if (common === 0n || seen.has(key)) continue
        seen.add(key)
        queue.push({ left: a, right: b, character: firstOf(common), before: step })
      }
    }
  }
  return undefined
}

/** The first character of a set that isn't empty. */
export function firstOf (characters: bigint): string {
  let index = 0
  while ((characters & (1n << BigInt(index))) === 0n) index++
  return ALPHABET.charAt(index)
}

/** The set of one character of {@link ALPHABET}. */
export function bitOf (character: string): bigint {
  return 1n << BigInt(ALPHABET.indexOf(character))
}
