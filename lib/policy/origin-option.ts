import { correctOrigin } from '../origin/correction.js'
import { parseOrigin, type Origin } from '../origin/origin.js'
import { OriginSet } from '../origin/origin-set.js'
import { parsePattern, withoutWildcards, type OriginPattern } from '../origin/pattern.js'
import { isPublicSuffix } from '../origin/public-suffix.js'
import { anchorRegExp } from '../origin/regexp.js'
import { isTrustworthy } from '../origin/trustworthy.js'
import { show, type CorsIssue } from './issue.js'
import { readList, wildcardInList, type ListItem, type Report } from './list-option.js'
import type { CorsOptions, OriginFunction } from './options.js'
import { regExpIssues, type OriginRules } from './regexp-issue.js'

/** How a policy decides about origins: the kinds of the `origin` option. */
export type OriginPolicy =
  /** No CORS at all. */
  | { readonly kind: 'none' }
  /** Every origin, `null` included; only ever without credentials. */
  | { readonly kind: 'any' }
  /** `entries` are the items as they were written, for whoever has to read them; requests look at `origins`. */
  | { readonly kind: 'listed', readonly origins: OriginSet, readonly entries: ReadonlyArray<string | RegExp> }
  | { readonly kind: 'decided', readonly decide: OriginFunction }

/** Compiles the `origin` option, and reports what is wrong with it. */
export function readOriginPolicy (option: CorsOptions['origin'], rules: OriginRules, report: Report): OriginPolicy {
  if (option === false) return { kind: 'none' }
  if (typeof option === 'function') return { kind: 'decided', decide: option }

  const items = readList('origin', typeof option === 'string' || Array.isArray(option) ? option : [option as RegExp], report)
    // A single RegExp is not an item of a list.
    .map(item => Array.isArray(option) ? item : { ...item, path: '/origin' })

  const [first] = items
  if (items.length === 1 && first?.value === '*') {
    if (rules.credentials) report(anyOriginWithCredentials(first))
    return { kind: 'any' }
  }
  return { kind: 'listed', origins: readOriginSet(items, rules, report), entries: items.map(({ value }) => value) }
}

function readOriginSet (items: ReadonlyArray<ListItem<string | RegExp>>, rules: OriginRules, report: Report): OriginSet {
  const exact: string[] = []
  const patterns: OriginPattern[] = []
  const regexps: RegExp[] = []

  for (const { value, path } of items) {
    if (typeof value !== 'string') {
      regexps.push(readRegExp({ value, path }, rules, report))
      continue
    }
    const item = { value, path }
    const origin = parseOrigin(value)
    const pattern = parsePattern(value)
    if (origin !== undefined) {
      exact.push(value)
      checkTrustworthy(item, origin, rules, report)
    } else if (pattern !== undefined) {
      patterns.push(pattern)
      checkTrustworthy(item, pattern, rules, report)
      checkPublicSuffix(item, pattern, rules, report)
    } else if (value === 'null') {
      exact.push(value)
      checkNull(item, rules, report)
    } else {
      report(value === '*' ? wildcardInList(item, 'origin') : invalidOrigin(item, rules))
    }
  }
  return new OriginSet({ exact, patterns, regexps })
}

function readRegExp (item: ListItem<RegExp>, rules: OriginRules, report: Report): RegExp {
  const anchored = anchorRegExp(item.value)
  for (const issue of regExpIssues(item, anchored, rules, isAccepted)) report(issue)
  return anchored
}

/** Whether these would be accepted in place of what was not. */
function isAccepted (texts: readonly string[], rules: OriginRules): boolean {
  let accepted = true
  readOriginSet(texts.map(value => ({ value, path: '' })), rules, () => { accepted = false })
  return accepted
}

function anyOriginWithCredentials ({ path }: ListItem<unknown>): CorsIssue {
  return {
    code: 'ANY_ORIGIN_WITH_CREDENTIALS',
    path,
    message: "'*' with credentials: true would let every web site act as the user who is logged in (https://fetch.spec.whatwg.org/#cors-protocol-and-credentials)",
    hint: "list the origins of your front ends, for example ['https://app.example.com', 'https://*.example.com'], or write credentials: false"
  }
}

function checkPublicSuffix (
  { value, path }: ListItem<string>, pattern: OriginPattern, rules: OriginRules, report: Report
): void {
  const { host, subdomains } = pattern
  if (!rules.credentials || rules.allowances.has('public-suffixes') || !subdomains || !isPublicSuffix(host)) return
  const concrete = value.replace('*.', 'my-app.')
  const secure = needsTls(pattern, rules) ? withTls(concrete) : concrete
  report({
    code: 'PUBLIC_SUFFIX_WITH_CREDENTIALS',
    path,
    message: `${show(value)}: anybody can get a name under ${show(host)} (https://publicsuffix.org), and its pages would act as the user`,
    hint: `name your own host, for example ${JSON.stringify(secure)}, or write dangerouslyAllow: ['public-suffixes']`
  })
}

function checkTrustworthy (
  { value, path }: ListItem<string>, origin: Origin | OriginPattern, rules: OriginRules, report: Report
): void {
  if (!needsTls(origin, rules)) return
  report({
    code: 'INSECURE_ORIGIN_WITH_CREDENTIALS',
    path,
    message: `${show(value)} has no TLS: whoever is on the network can put a script into its pages and act as the user`,
    hint: `write ${JSON.stringify(withTls(value))}, or dangerouslyAllow: ['insecure-origins']`
  })
}

function needsTls ({ scheme, host }: Origin | OriginPattern, { credentials, allowances }: OriginRules): boolean {
  return credentials && !allowances.has('insecure-origins') && !isTrustworthy(scheme, host)
}

/** The same origin or pattern over TLS, whose default port is left out. */
function withTls (value: string): string {
  return value.replace(/^ws:/, 'wss:').replace(/^(?:http|ftp):/, 'https:').replace(/:443$/, '')
}

function checkNull ({ path }: ListItem<string>, { credentials, allowances }: OriginRules, report: Report): void {
  const message = "'null' is the origin of every sandboxed frame, which any web site can make"
  if (credentials) {
    report({
      code: 'NULL_ORIGIN_WITH_CREDENTIALS',
      path,
      message: `${message}: with credentials it would let every web site act as the user`,
      hint: 'remove it, or write credentials: false'
    })
  } else if (!allowances.has('null-origin')) {
    report({
      code: 'NULL_ORIGIN',
      path,
      message,
      hint: "serve the page from an origin and list that, or write dangerouslyAllow: ['null-origin']"
    })
  }
}

const WILDCARD = 'a * may only stand for subdomains, https://*.example.com, and for the port, http://localhost:*'

/** What a text has, its wildcards left out, that an origin hasn't; the first that fits is named. */
const FAULTS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(?:true|false|undefined|null)$/i, 'it is a word, not an origin; in options write it without quotes, in the environment leave the variable out'],
  [/[\s"']/, 'it has white space or quotes'],
  [/,/, 'it has a comma: as an item of an array it is not split'],
  [/^file:/i, 'pages from files have the origin null, whatever their path'],
  [/^(?![a-z][a-z0-9+.-]*:\/\/)/i, 'it does not begin with a scheme and ://'],
  [/^[^/]*:\/\/[^/?#]*@/, 'it has a user name'],
  [/\*/, WILDCARD],
  [/^[^/]*:\/\/[^/?#]*\/$/, 'it ends in a slash'],
  [/:\/\/[^/?#]*[/?#]/, 'it has a path or a query'],
  [/[^ -~]/, 'it is not ASCII: browsers send international names as punycode'],
  [/[A-Z]/, 'it has upper case'],
  [/:0*(?:80|443|21)$/, 'it names the default port, which browsers leave out'],
  [/:\d+$/, 'its host or port is not what browsers send']
]

function invalidOrigin ({ value, path }: ListItem<string>, rules: OriginRules): CorsIssue {
  const plain = withoutWildcards(value)
  const fault = FAULTS.find(([sign]) => sign.test(plain))
  const word = fault === FAULTS[0]
  const otherwise = plain === value ? 'its host is not what browsers send' : WILDCARD
  const corrected = word ? undefined : correctOrigin(value)
  return {
    code: 'INVALID_ORIGIN',
    path,
    message: `${show(withoutPassword(value))} is not an origin as browsers send it, and so would never match: ${fault?.[1] ?? otherwise}`,
    // Whole, however long: it is there to be copied.
    hint: corrected === undefined
      ? "write scheme://host[:port], for example 'https://app.example.com'"
      : `write ${JSON.stringify(acceptable(corrected, rules))}`
  }
}

/** Messages end up in logs. A text without a scheme may have a password too. */
function withoutPassword (text: string): string {
  return text.replace(/^([^/]*:\/\/?|\/\/)?[^/?#]*@/, (_, before: string = '') => `${before}…@`)
}

/** A corrected origin or pattern as the other rules accept it, so that correcting it once is enough. */
function acceptable (corrected: string, rules: OriginRules): string {
  const parsed = parseOrigin(corrected) ?? parsePattern(corrected) as OriginPattern
  return needsTls(parsed, rules) ? withTls(corrected) : corrected
}
