import type { AST } from '@eslint-community/regexpp'
import { parseRegExp } from './automaton.js'
import { correctOrigin } from './correction.js'

/** A RegExp, or a list of origins and patterns, to write instead of a RegExp that is refused. Each is only a proposal. */
export type Proposal = RegExp | readonly string[]

/** The RegExp with a backslash before the dots at these places. */
export function escapeDots (regexp: RegExp, offsets: readonly number[]): Proposal {
  const source = offsets.toReversed().reduce((text, offset) => `${text.slice(0, offset)}\\${text.slice(offset)}`, regexp.source)
  return new RegExp(source, regexp.flags)
}

/** The RegExp with TLS instead of without. */
export function requireTls (regexp: RegExp): Proposal {
  return new RegExp(regexp.source.replace(/https\?|http(?=:)/g, 'https').replace(/wss\?|ws(?=:)/g, 'wss'), regexp.flags)
}

/**
 * Origins and patterns for what the source says in plain letters: the longest run of literal characters that is a host.
 * With a dot in front the host's subdomains are meant, after `//` the host, else both.
 */
export function patternsFor (regexp: RegExp): Proposal[] {
  const runs = literalRunsOf(regexp).sort((a, b) => b.length - a.length)
  return runs.flatMap(run => {
    const [, scheme, text = ''] = /^(?:([a-z][a-z0-9+.-]*)?:?\/\/)?(.*)$/is.exec(run) as RegExpExecArray
    const exact = run.includes('//')
    const subdomains = text.startsWith('.')
    const host = text.replace(/^[.]/, '').replace(/[.:]$/, '')
    const origin = host.includes('.') ? correctOrigin(`${scheme ?? 'https'}://${host}`) : undefined
    if (origin === undefined) return []
    const pattern = origin.replace('://', '://*.')
    const texts = exact && !subdomains ? [origin] : subdomains ? [pattern] : [origin, pattern]
    return [texts, texts.map(each => each.replace(/^http:/, 'https:'))]
  })
}

function literalRunsOf ({ source, flags }: RegExp): string[] {
  try {
    return parseRegExp(source, flags).pattern.alternatives.flatMap(literalRuns)
  } catch {
    // As in inspectRegExp: newer or deeper than the parser.
    return []
  }
}

/** The texts between what isn't literal; a `.` alone counts as a dot. */
function literalRuns (alternative: AST.Alternative): string[] {
  const runs = ['']
  for (const element of alternative.elements) {
    if (element.type === 'Character') runs.push((runs.pop() as string) + String.fromCodePoint(element.value))
    else if (element.type === 'CharacterSet' && element.kind === 'any') runs.push((runs.pop() as string) + '.')
    else if (element.type === 'Group' || element.type === 'CapturingGroup') runs.push(...element.alternatives.flatMap(literalRuns), '')
    else if (element.type !== 'Assertion') runs.push('')
  }
  return runs
}
