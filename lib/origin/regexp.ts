import { commonText, parseRegExp, readAutomata, type Automaton } from './automaton.js'
import { backtracksTooMuch } from './backtracking.js'
import { freshLabels, insecureShapes, originShape, strangerShapes, tenantShapes } from './origin-shape.js'
import { parseOrigin, type Origin } from './origin.js'
import { publicSuffixOf } from './public-suffix.js'
import { isTrustworthy } from './trustworthy.js'
import { unescapedDots } from './unescaped-dot.js'

/** Flags that carry state or change what `^` and `$` mean; an origin has one line, so that nothing is lost. */
const UNWANTED_FLAGS = /[gymd]/g

/** Origins that no RegExp means, for those whose lookarounds hide what they match: addresses are for documentation (RFC 5737). */
const ORIGINS_OF_NOBODY: readonly string[] = ['https', 'http'].flatMap(scheme =>
  ['q7z-nobody-x3.com', 'a.q7z-nobody-x3.net', 'q7z-nobody-x3.com:8443', '203.0.113.77'].map(rest => `${scheme}://${rest}`))

/** What is wrong with a RegExp, whatever the other options. */
export type RegExpFault =
  /** A `.` between characters of a host. */
  | { readonly kind: 'unescaped-dot', readonly offsets: readonly number[] }
  /** No origin is matched as a whole. */
  | { readonly kind: 'unmatchable' }
  /** An origin can keep it busy, or it is too large or too new to tell. */
  | { readonly kind: 'backtracking' }

/** What a RegExp matches that credentials must not go to, with an origin for example. */
export type RegExpRisk =
  /** Anybody can have it, as far as the RegExp says. */
  | { readonly kind: 'stranger', readonly example: string }
  /** Anybody can have it, because anybody gets a name under the suffix. */
  | { readonly kind: 'public-suffix', readonly example: string, readonly suffix: string }
  /** It has no TLS. */
  | { readonly kind: 'insecure', readonly example: string }

/**
 * A RegExp that matches a whole origin or nothing, and has no memory of earlier matches. The source is wrapped, not
 * extended: `^a|b$` would otherwise be anchored at one end of each alternative.
 */
export function anchorRegExp (regexp: RegExp): RegExp {
  return new RegExp(`^(?:${regexp.source})$`, regexp.flags.replace(UNWANTED_FLAGS, ''))
}

/** What is known about a RegExp before any origin came. */
export interface RegExpFindings {
  readonly faults: readonly RegExpFault[]
  /** Only those that can be shown by an origin that the RegExp really matches. */
  readonly risks: readonly RegExpRisk[]
}

/** Looks at a RegExp that {@link anchorRegExp} made; at its risks only with credentials, since without them none is one. */
export function inspectRegExp (anchored: RegExp, credentials: boolean): RegExpFindings {
  const read = readRegExp(anchored)
  // What cannot be read cannot be shown to be safe.
  if (read === undefined) return { faults: [{ kind: 'backtracking' }], risks: [] }
  const { parsed, automata } = read
  const [whole] = automata
  const faults: RegExpFault[] = []
  const offsets = unescapedDots(parsed)
  if (offsets.length > 0) faults.push({ kind: 'unescaped-dot', offsets: offsets.map(offset => offset - '^(?:'.length) })
  if (commonText(whole, originShape()) === undefined) faults.push({ kind: 'unmatchable' })
  // Such a one is not tried on any origin either.
  if (automata.some(backtracksTooMuch)) return { faults: [...faults, { kind: 'backtracking' }], risks: [] }
  return { faults, risks: credentials ? findRisks(anchored, whole) : [] }
}

function readRegExp ({ source, flags }: RegExp) {
  try {
    const parsed = parseRegExp(source, flags)
    return { parsed, automata: readAutomata(parsed) }
  } catch {
    return undefined
  }
}

/** Whether the label that is registered, the one before the public suffix, is one that the source leaves open. */
function isOfAnybody (host: string, source: string): boolean {
  const suffix = publicSuffixOf(host)
  if (suffix === undefined) return false
  const [registered = ''] = host.slice(0, -suffix.length - '.'.length).split('.').slice(-1)
  return freshLabels(source).some(label => registered.includes(label))
}

function findRisks (anchored: RegExp, automaton: Automaton): RegExpRisk[] {
  const matched = (shapes: readonly Automaton[]): Origin[] => shapes.flatMap(shape => {
    const text = commonText(automaton, shape)
    const origin = text === undefined ? undefined : parseOrigin(text)
    return origin !== undefined && anchored.test(origin.text) ? [origin] : []
  })

  const stranger = matched(strangerShapes(anchored.source)).find(({ host }) => publicSuffixOf(host) !== undefined)?.text ??
    ORIGINS_OF_NOBODY.find(origin => anchored.test(origin))
  if (stranger !== undefined) return [{ kind: 'stranger', example: stranger }]

  const risks: RegExpRisk[] = []
  const tenant = matched(tenantShapes(anchored.source)).find(({ host }) => isOfAnybody(host, anchored.source))
  if (tenant !== undefined) {
    risks.push({ kind: 'public-suffix', example: tenant.text, suffix: publicSuffixOf(tenant.host) as string })
  }
  const insecure = matched(insecureShapes()).find(({ scheme, host }) => !isTrustworthy(scheme, host))
  if (insecure !== undefined) risks.push({ kind: 'insecure', example: insecure.text })
  return risks
}
