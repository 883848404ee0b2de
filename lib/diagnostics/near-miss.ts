import { correctOrigin } from '../origin/correction.js'
import { DEFAULT_PORTS, isAddress, parseOrigin, type Origin } from '../origin/origin.js'
import { show } from '../policy/issue.js'
import type { OriginPolicy } from '../policy/origin-option.js'

/** The most entries that are compared one by one: a hint is not worth reading 100,000 of them for every refusal. */
const MAX_COMPARED = 1000

/** The most texts that are tried in the place of one part of the origin: each may be tried with every RegExp. */
const MAX_VARIANTS = 16

/** A refused origin's likeness to one that is allowed. */
export interface NearMiss {
  /** What is allowed instead: an origin, a pattern or a RegExp, as the configuration has it or would have it. */
  readonly allowed: string
  /** What is different, as the end of a sentence that starts with the origin. */
  readonly difference: string
}

type Listed = Extract<OriginPolicy, { kind: 'listed' }>

/** The nearest thing to a refused origin that a list of origins allows; `undefined` if nothing is near. */
export function nearestOrigin (listed: Listed, text: string): NearMiss | undefined {
  const origin = parseOrigin(text)
  if (origin === undefined) return malformedMiss(listed, text)
  const compared = listed.entries.slice(0, MAX_COMPARED)
  const apex = apexMiss(compared, origin)
  if (apex !== undefined) return apex
  for (const { variant, difference } of variants(compared, origin)) {
    if (listed.origins.has(variant)) return { allowed: variant, difference: `${difference}: ${show(variant)} is allowed` }
  }
  return regexpMiss(compared, origin)
}

function malformedMiss (listed: Listed, text: string): NearMiss | undefined {
  const corrected = text.length > MAX_COMPARED ? undefined : correctOrigin(text)
  if (corrected === undefined || !listed.origins.has(corrected)) return undefined
  return { allowed: corrected, difference: `is not written as browsers send it: ${show(corrected)} is allowed` }
}

/** The same origin with one thing changed, each with what that is. */
function * variants (entries: ReadonlyArray<string | RegExp>, { scheme, host, port }: Origin): Iterable<{ variant: string, difference: string }> {
  const write = (otherScheme: string, otherHost: string): string =>
    `${otherScheme}://${otherHost}${port === '' || port === DEFAULT_PORTS.get(otherScheme) ? '' : `:${port}`}`

  const otherScheme = OTHER_SCHEME.get(scheme)
  if (otherScheme !== undefined) yield { variant: write(otherScheme, host), difference: 'has another scheme' }
  if (host.endsWith('.')) yield { variant: write(scheme, host.slice(0, -1)), difference: 'has a dot at the end of its host' }
  else yield { variant: write(scheme, `${host}.`), difference: 'lacks the dot at the end of its host' }
  if (host.startsWith('www.')) yield { variant: write(scheme, host.slice(4)), difference: 'has www. before its host' }
  else yield { variant: write(scheme, `www.${host}`), difference: 'lacks www. before its host' }
  if (LOOPBACKS.includes(host)) {
    for (const other of LOOPBACKS) yield { variant: write(scheme, other), difference: 'names this machine in another way' }
  }
  if (!isAddress(host)) {
    const labels = host.split('.')
    for (let start = 1; start < labels.length && start <= MAX_VARIANTS; start++) {
      yield { variant: write(scheme, labels.slice(start).join('.')), difference: 'is a subdomain' }
    }
  }
  for (const other of portsOf(entries, `${scheme}://${host}`)) yield { variant: `${scheme}://${host}${other}`, difference: 'has another port' }
}

const OTHER_SCHEME: ReadonlyMap<string, string> = new Map([['http', 'https'], ['https', 'http']])
const LOOPBACKS: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

function apexMiss (entries: ReadonlyArray<string | RegExp>, { text, scheme, host }: Origin): NearMiss | undefined {
  const pattern = text.replace('://', '://*.')
  const anyPort = `${scheme}://*.${host}:*`
  const allowed = entries.find(entry => entry === pattern || entry === anyPort)
  return typeof allowed !== 'string' ? undefined : { allowed, difference: `is the domain itself, which ${show(allowed)} does not cover` }
}

/** The ports of the configuration, as they are written: those of the same host, or else of patterns, which may match it. */
function portsOf (entries: ReadonlyArray<string | RegExp>, portless: string): Iterable<string> {
  const same = new Set<string>()
  const ofPatterns = new Set<string>()
  for (const entry of entries) {
    if (typeof entry !== 'string') continue
    const port = /:\d+$/.exec(entry)?.[0] ?? ''
    if (entry.slice(0, entry.length - port.length) === portless) same.add(port)
    else if (entry.includes('*')) ofPatterns.add(port)
  }
  return [...same, ...ofPatterns].slice(0, MAX_VARIANTS)
}

function regexpMiss (entries: ReadonlyArray<string | RegExp>, { text }: Origin): NearMiss | undefined {
  for (const entry of entries) {
    if (typeof entry === 'string') continue
    // Not the entry itself: its flags may carry state.
    const part = new RegExp(entry.source, entry.flags.replace(/[gy]/g, '')).exec(text)?.[0]
    // An empty match says nothing.
    if (part !== undefined && part !== '') return { allowed: String(entry), difference: `matches ${show(String(entry))} only in the part ${show(part)}, and it has to match as a whole` }
  }
  return undefined
}
