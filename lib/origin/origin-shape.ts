import { parseRegExp, readAutomata, type Automaton } from './automaton.js'

const LABEL = '[a-z0-9_-]+'
const DOMAIN = `${LABEL}(?:\\.${LABEL})*\\.?`
const PORT = '(?::[1-9][0-9]{0,4})?'
const DIGITS = '0123456789'

/** Every origin of a network that `parseOrigin` takes, and some that it doesn't: what is outside can never match. */
const ORIGIN = [
  `https:\\/\\/HOST(?::${otherThan(['443'], DIGITS)})?`,
  `http:\\/\\/HOST(?::${otherThan(['80'], DIGITS)})?`,
  `${otherThan(['http', 'https'], 'abcdefghijklmnopqrstuvwxyz0123456789+.-')}:\\/\\/HOST${PORT}`
].join('|').replaceAll('HOST', `(?:${DOMAIN}|\\[[0-9a-f:]+\\])`)

/** Origins without TLS, less loopback ones. */
const INSECURE = [
  `(?:${LABEL}\\.)*${otherThan(['localhost'], 'abcdefghijklmnopqrstuvwxyz0123456789-')}`,
  `${otherThan(['127'], DIGITS)}(?:\\.\\d+){3}`
].map(host => `(?:http|ws|ftp):\\/\\/(?:${host})${PORT}`)

/** Labels that nobody means. What a source names itself is left out, so that it is a wildcard that lets them in. */
const FRESH_LABELS = ['evil', 'zqx', '907']
const FRESH_SUFFIXES = ['xyz', 'icu', 'zw']

/** Origins of whoever registers the label: under a usual suffix, as a label of its own first, which reads best. */
const STRANGER = [
  `https?:\\/\\/(?:${LABEL}\\.)*FRESH\\.(?:com|net|org|io|dev|app|co|eu)${PORT}`,
  `https?:\\/\\/(?:${LABEL}\\.)*[a-z0-9-]*FRESH[a-z0-9-]*\\.[a-z]+${PORT}`
]
/** The same name under a suffix that nobody means. */
const SUFFIX_OF_CHOICE = `https?:\\/\\/(?:${LABEL}\\.)*${LABEL}\\.FRESH${PORT}`

/** Origins of whoever gets the label, if what follows is a public suffix: of two labels, three, four. */
const TENANT = [2, 3, 4].map(count =>
  `https?:\\/\\/(?:${LABEL}\\.)*[a-z0-9-]*FRESH[a-z0-9-]*(?:\\.${LABEL}){${count}}${PORT}`)

const known = new Map<string, Automaton>()

/** Shapes are built when first needed: most configurations have no RegExp. */
function shape (source: string): Automaton {
  let automaton = known.get(source)
  if (automaton === undefined) {
    [automaton] = readAutomata(parseRegExp(source, ''))
    known.set(source, automaton)
  }
  return automaton
}

export function originShape (): Automaton {
  return shape(ORIGIN)
}

export function insecureShapes (): Automaton[] {
  return INSECURE.map(shape)
}

/** Shapes of origins that anybody can have, and that a RegExp of this source doesn't name. */
export function strangerShapes (source: string): Automaton[] {
  return [
    ...fill(STRANGER, freshLabels(source)),
    ...fill([SUFFIX_OF_CHOICE], without(FRESH_SUFFIXES, source))
  ].map(shape)
}

/** The shapes of origins that anybody can have if their host ends in a public suffix. */
export function tenantShapes (source: string): Automaton[] {
  return fill(TENANT, freshLabels(source)).map(shape)
}

/** The labels that stand for one which somebody else chose. */
export function freshLabels (source: string): string[] {
  return without(FRESH_LABELS, source)
}

function without (words: readonly string[], source: string): string[] {
  return words.filter(word => !source.toLowerCase().includes(word))
}

function fill (shapes: readonly string[], words: readonly string[]): string[] {
  return shapes.flatMap(each => words.map(word => each.replaceAll('FRESH', word)))
}

/** A source for every word of these characters but the given ones, which differ in length. */
function otherThan (words: readonly string[], characters: string): string {
  const any = characterClass(characters)
  const longest = Math.max(...words.map(({ length }) => length))
  const alternatives = [`${any}{${longest + 1},}`]
  for (let length = 1; length <= longest; length++) {
    const word = words.find(each => each.length === length)
    if (word === undefined) {
      alternatives.push(`${any}{${length}}`)
      continue
    }
    for (let index = 0; index < length; index++) {
      const others = characterClass(characters.replace(word.charAt(index), ''))
      alternatives.push(`${any}{${index}}${others}${any}{${length - index - 1}}`)
    }
  }
  return `(?:${alternatives.join('|')})`
}

function characterClass (characters: string): string {
  return `[${characters.replaceAll('-', '\\-')}]`
}
