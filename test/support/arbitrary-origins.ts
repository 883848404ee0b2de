import fc from 'fast-check'
import { originOf, SPECIAL_SCHEMES } from './naive-origins.js'

/** An item of the `origin` option, in parts. */
export interface Entry {
  readonly scheme: string
  readonly host: string
  /** `''` for none, `'*'` for any. */
  readonly port: string
  readonly subdomains: boolean
}

export function serializeEntry ({ scheme, host, port, subdomains }: Entry): string {
  return `${scheme}://${subdomains ? '*.' : ''}${host}${port === '' ? '' : `:${port}`}`
}

const schemes = fc.constantFrom('https', 'http', 'https', 'http', 'ws', 'wss', 'ftp', 'capacitor', 'chrome-extension', 'app', 'a+b.c-d1', 'x'.repeat(64))

/** Few letters, so that two labels are often alike, or one the other's start or end. */
const label = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', 'c', '0', '-', '_'), minLength: 1, maxLength: 3 }) },
  { weight: 3, arbitrary: fc.constantFrom('example', 'com', 'www', 'localhost', 'null', 'xn--mnchen-3ya', 'xn--p1ai', 'evil', '0x1', '1') },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 63 }).map(length => 'a'.repeat(length)) }
)

const labels = fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.'))

const hosts = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('example.com', 'a.example.com', 'a.b', 'b', 'localhost', 'com') },
  { weight: 4, arbitrary: labels },
  { weight: 1, arbitrary: labels.map(host => `${host}.`) },
  { weight: 1, arbitrary: fc.oneof(fc.ipV4(), fc.constant('127.0.0.1')) },
  { weight: 1, arbitrary: fc.oneof(fc.ipV6(), fc.constant('::1')).map(address => new URL(`http://[${address}]`).hostname) },
  { weight: 1, arbitrary: fc.integer({ min: 240, max: 253 }).map(length => 'a.'.repeat(127).slice(0, length).replace(/\.$/, 'a')) }
)

const ports = fc.oneof(fc.constantFrom('', '', '', '8080', '80', '443'), fc.integer({ min: 1, max: 65535 }).map(String))

/** Parts that make an origin, as far as the naive reference can tell. */
export const origins: fc.Arbitrary<Entry> = fc.record({ scheme: schemes, host: hosts, port: ports, subdomains: fc.constant(false) })
  .filter(entry => originOf(serializeEntry(entry)) !== undefined)

function isAddress (host: string): boolean {
  return host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host)
}

/** Parts that make a pattern: an origin's, with one wildcard or two. */
export const patterns: fc.Arbitrary<Entry> = fc.tuple(origins, fc.constantFrom('subdomains', 'port', 'both'))
  .map(([origin, wild]) => ({
    ...origin,
    port: wild === 'subdomains' ? origin.port : '*',
    subdomains: wild !== 'port'
  }))
  .filter(({ subdomains, scheme, host }) => !subdomains || (SPECIAL_SCHEMES.includes(scheme) && !isAddress(host) && host.length <= 251))

export const entries = fc.array(fc.oneof(origins, patterns), { minLength: 1, maxLength: 6 })

type Change = (text: string, piece: string, at: number) => string

/** What may be done to an origin to get past a check: glue, cuts, other cases, other letters. */
const CHANGES: readonly Change[] = [
  (text, piece) => text + piece,
  (text, piece) => piece + text,
  (text, piece, at) => text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1)),
  (text, piece, at) => text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1) + 1),
  (text, _piece, at) => text.slice(0, at % (text.length + 1)) + text.slice(at % (text.length + 1) + 1),
  (text, piece) => text.replace('://', `://${piece}`),
  (text, piece) => text.replace('://', `://${piece}.`),
  (text, piece) => text.replace('://', `://${piece}@`),
  (text, piece) => text.replace(/(?<=:\/\/[^:/]*)(?=:|$)/, piece),
  (text, piece) => text.replace('.', piece),
  text => text.replace(/(?<=:\/\/)[^.]*\./, ''),
  text => text.replace(/:\d+$/, ''),
  (text, _piece, at) => text.replace(/(?::\d+)?$/, `:${at % 70_000}`),
  (text, _piece, at) => text.replace(/^[a-z]+(?=:)/, ['http', 'https', 'ws', 'file', 'app'][at % 5] as string),
  text => text.toUpperCase(),
  (text, _piece, at) => text.slice(0, at % text.length) + text.slice(at % text.length, at % text.length + 1).toUpperCase() + text.slice(at % text.length + 1),
  text => `${text},${text}`,
  (text, piece) => `${piece}, ${text}`,
  (text, piece) => `https://${piece}/${text}`,
  text => [...text].reverse().join('')
]

const piece = fc.oneof(
  fc.constantFrom('.', '..', '/', ':', '@', '*', '-', '_', '%2e', '\0', '\n', '\r\n', ' ', '\t', '`', '{', ',', 'evil', '.evil.example', 'evil.example', ':80', ':443', ':0', '。', 'а', '\u212a', '\u017f', 'é', '\xad', '\ud800', 'null', 'xn--', 'a'.repeat(64), 'a.'.repeat(127)),
  fc.string({ minLength: 1, maxLength: 3 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 2 })
)

/** A way to an `Origin` from the entries that are configured: one that they match, changed or not, or any text. */
export interface Attempt {
  readonly entry: number
  readonly label: string
  readonly port: string
  readonly changes: ReadonlyArray<readonly [change: number, piece: string, at: number]>
  readonly other: string | undefined
}

const anyText = fc.oneof(
  origins.map(serializeEntry),
  patterns.map(serializeEntry),
  fc.webUrl(),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', 'null', 'NULL', '*', 'file://', 'https://', '://', 'a'.repeat(327), 'https://' + 'a.'.repeat(5_000), 'https://own.example')
)

export const attempts: fc.Arbitrary<Attempt> = fc.record({
  entry: fc.nat(20),
  label: fc.oneof(label, labels),
  port: ports,
  changes: fc.array(fc.tuple(fc.nat(CHANGES.length - 1), piece, fc.nat(400)), { maxLength: 2 }),
  other: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyText })
})

/** The `Origin` that an attempt makes of the entries. */
export function originOfAttempt (entries: readonly Entry[], { entry, label, port, changes, other }: Attempt): string {
  const target = entries[entry % entries.length]
  const start = other ?? (target === undefined
    ? 'https://example.com'
    : serializeEntry({
      ...target,
      host: target.subdomains ? `${label}.${target.host}` : target.host,
      port: target.port === '*' ? port : target.port,
      subdomains: false
    }))
  return changes.reduce((text, [change, piece, at]) => (CHANGES[change] as Change)(text, piece, at), start)
}
