import fc from 'fast-check'
import t from 'tap'
import { validateCorsOptions, type CorsIssue } from '../lib/index.js'
import { correctOrigin } from '../lib/origin/correction.js'
import { parseOrigin } from '../lib/origin/origin.js'
import { parsePattern } from '../lib/origin/pattern.js'
import { compilePolicy } from '../lib/policy/policy.js'
import { attempts, entries, originOfAttempt, origins, patterns, serializeEntry, type Attempt, type Entry } from './support/arbitrary-origins.js'
import { isAllowed, originOf } from './support/naive-origins.js'
import { PROPERTY_RUNS } from './support/property-runs.js'

t.setTimeout(Math.max(120_000, PROPERTY_RUNS * 10))

/** Tries a property as often as the run asks for. What fails is printed with its seed, shrunk. */
function holds<Values extends [unknown, ...unknown[]]> (title: string, property: fc.IProperty<Values>, numRuns = PROPERTY_RUNS): void {
  t.test(title, async t => {
    let failure: unknown
    try {
      fc.assert(property, { numRuns })
    } catch (error) {
      failure = error
    }
    t.equal(failure instanceof Error ? failure.message : failure, undefined, `${numRuns} cases`)
  })
}

function check (condition: boolean, what: () => string): void {
  if (!condition) throw new Error(what())
}

/** How often the answers were yes and no: a property whose cases are all refused would say nothing. */
const answers = { allowed: 0, refused: 0 }

holds('whatever is configured, an origin is allowed if and only if a naive reference says so',
  fc.property(entries, fc.array(attempts, { minLength: 1, maxLength: 3 }), (entries: Entry[], attempts: Attempt[]) => {
    const { origins } = compilePolicy({ origin: entries.map(serializeEntry) })
    if (origins.kind !== 'listed') throw new Error(origins.kind)
    for (const attempt of attempts) {
      const origin = originOfAttempt(entries, attempt)
      const expected = isAllowed(entries, origin)
      answers[expected ? 'allowed' : 'refused']++
      check(origins.origins.has(origin) === expected, () => `${JSON.stringify(origin)} must be ${expected ? 'allowed' : 'refused'} by ${entries.map(serializeEntry).join(' ')}`)
    }
  }))

t.test('the cases of that property are of both kinds', async t => {
  for (const count of Object.values(answers)) t.ok(count > PROPERTY_RUNS / 3, JSON.stringify(answers))
})

holds('a text is an origin if and only if a naive reference says so, with the same parts',
  fc.property(fc.oneof(origins, patterns), attempts, (entry: Entry, attempt: Attempt) => {
    const text = originOfAttempt([entry], attempt)
    const expected = originOf(text)
    const parsed = parseOrigin(text)
    check((parsed === undefined) === (expected === undefined), () => `${JSON.stringify(text)}: ${parsed === undefined ? 'refused' : 'taken'}`)
    check(parsed === undefined || (parsed.scheme === expected?.scheme && parsed.host === expected.host && parsed.port === expected.port), () => JSON.stringify([parsed, expected]))
  }))

holds('parse and serialise are inverse',
  fc.property(origins, patterns, attempts, (origin: Entry, pattern: Entry, attempt: Attempt) => {
    const { scheme, host, port } = origin
    const text = serializeEntry(origin)
    const parsed = parseOrigin(text)
    check(parsed?.scheme === scheme && parsed.host === host && parsed.port === port && parsed.text === text, () => `${text}: ${JSON.stringify(parsed)}`)

    const parsedPattern = parsePattern(serializeEntry(pattern))
    check(parsedPattern !== undefined && serializeEntry(parsedPattern) === serializeEntry(pattern) &&
      Object.entries(pattern).every(([name, value]) => parsedPattern[name as keyof Entry] === value), () => `${serializeEntry(pattern)}: ${JSON.stringify(parsedPattern)}`)
    check(parsePattern(text) === undefined && parseOrigin(serializeEntry(pattern)) === undefined, () => 'a text is an origin or a pattern, not both')

    const any = originOfAttempt([origin, pattern], attempt)
    const read = parseOrigin(any)
    check(read === undefined || serializeEntry({ ...read, subdomains: false }) === any, () => JSON.stringify(any))
    const readPattern = parsePattern(any)
    check(readPattern === undefined || serializeEntry(readPattern) === any, () => JSON.stringify(any))
  }))

/** What people do to an origin or a pattern when they write it down. */
const slip = fc.constantFrom<Array<(text: string) => string>>(
  text => text,
text => `${text}/`,
text => `${text}/path?query#fragment`,
text => text.toUpperCase(),
text => text.replace(/[a-z]/, letter => letter.toUpperCase()),
text => `"${text}"`,
text => ` ${text} `,
text => text.replace('://', '://user:secret@'),
text => text.replace(/^[^:]*:\/\//, ''),
text => text.replace(/^[^:]*:/, ''),
text => text.replaceAll('/', '\\'),
text => text.replace('://', '://*.'),
text => text.replace(/:\d+$/, '') + ':*',
text => `${text}:443`,
text => `${text}:080`,
text => `${text}:`,
text => `${text}.`,
text => text.replace('e', 'é'),
text => text.replace('.', '。'),
text => text.replace('127.0.0.1', '0x7f.1'),
text => text.replace('[::1]', '[0:0:0:0:0:0:0:1]')
)
const slips = fc.array(slip, { maxLength: 3 })

/** The value that a hint tells to write, if it tells one: a text or a list of texts. */
function valueToWrite ({ hint }: CorsIssue): string | string[] | undefined {
  const [, json] = /^write ("(?:[^"\\]|\\.)*"|\["(?:[^"\\]|\\.)*"(?:, "(?:[^"\\]|\\.)*")*\])/.exec(hint) ?? []
  return json === undefined ? undefined : JSON.parse(json) as string | string[]
}

/** What people make of an origin as a RegExp: with dots that they forgot to escape, without its start, with a port. */
const spelling = fc.constantFrom<Array<(text: string) => string>>(
  text => text,
text => text.replaceAll('.', '\\.'),
text => text.replace(/\.(?=[^.]*$)/, '\\.'),
text => `^${text.replace('.', '\\.')}$`,
text => text.replace(/^.*:\/\//, '').replaceAll('.', '\\.'),
text => `${text.replace(/^.*:\/\//, '').replaceAll('.', '\\.')}$`,
text => text.replace('://', '://.*\\.').replaceAll(/(?<!\\)\.(?!\*)/g, '\\.'),
text => text.replace('http', 'https?'),
text => `${text}(:\\d+)?`
)

const corrections = { texts: 0, regexps: 0 }

holds('the corrected value of a startup error is itself accepted',
  fc.property(fc.oneof(origins, patterns), slips, attempts, fc.boolean(), (entry: Entry, slips, attempt: Attempt, credentials: boolean) => {
    const written = slips.reduce((text, slip) => slip(text), serializeEntry(entry))
    for (const text of [written, originOfAttempt([entry], attempt)]) {
      const issues = validateCorsOptions({ origin: [text], credentials })
      const told = issues.map(({ code }) => code)
      for (const issue of issues) {
        const corrected = valueToWrite(issue)
        if (corrected === undefined) continue
        corrections.texts++
        const remaining = validateCorsOptions({ origin: [corrected].flat(), credentials }).filter(({ code }) =>
          // A corrected spelling is not yet a safe origin; and what was told at the same time is told already.
          code === 'INVALID_ORIGIN' || (issue.code !== 'INVALID_ORIGIN' && !told.includes(code)))
        check(remaining.length === 0, () => `${JSON.stringify(text)}: ${issue.code}: ${issue.hint}: ${JSON.stringify(remaining)}`)
      }
    }
  }))

holds('what is to be written instead of a RegExp is itself accepted',
  fc.property(origins, spelling, (origin: Entry, spelling) => {
    const regexp = new RegExp(spelling(serializeEntry({ ...origin, port: '' }).replace(/[[\]+]/g, '\\$&')))
    for (const issue of validateCorsOptions({ origin: regexp })) {
      const corrected = valueToWrite(issue)
      if (corrected === undefined) continue
      corrections.regexps++
      const remaining = validateCorsOptions({ origin: corrected })
      check(remaining.length === 0, () => `${String(regexp)}: ${issue.code}: ${issue.hint}: ${JSON.stringify(remaining)}`)
    }
    // Reading a RegExp takes a hundred times as long as reading an origin.
  }), Math.max(100, Math.ceil(PROPERTY_RUNS / 20)))

t.test('there were corrected values', async t => {
  t.ok(corrections.texts > PROPERTY_RUNS / 4 && corrections.regexps > PROPERTY_RUNS / 200, JSON.stringify(corrections))
})

t.test('a correction is the same after ten thousand others', async t => {
  // Node 20's URL.canParse, once compiled, takes Latin-1 for UTF-8, and says no.
  const corrections = new Set(Array.from({ length: 20_000 }, () => correctOrigin('https://münchen.de')))
  t.strictSame([...corrections], ['https://xn--mnchen-3ya.de'])
})
