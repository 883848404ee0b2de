import t from 'tap'
import { validateCorsOptions } from '../lib/index.js'
import { MAX_ORIGIN_LENGTH } from '../lib/origin/origin.js'
import type { OriginSet } from '../lib/origin/origin-set.js'
import { compilePolicy } from '../lib/policy/policy.js'
import { requestedHeaders } from '../lib/protocol/preflight.js'

/** What a lookup can do that costs something: it has nothing else to go over the configuration with. */
const STEPS: ReadonlyArray<readonly [prototype: object, methods: readonly PropertyKey[]]> = [
  [Map.prototype, ['get', 'has', 'forEach', 'keys', 'values', 'entries', Symbol.iterator]],
  [Set.prototype, ['has', 'forEach', 'keys', 'values', 'entries', Symbol.iterator]],
  [Array.prototype, ['some', 'every', 'find', 'includes', 'indexOf', 'filter', 'map', 'forEach', 'reverse', Symbol.iterator]],
  [RegExp.prototype, ['exec', 'test']],
  [String.prototype, ['slice', 'split', 'indexOf', 'lastIndexOf', 'startsWith', 'endsWith', 'includes', 'match', 'replace', 'toLowerCase', 'trim']],
  [Object.getPrototypeOf(new Map().entries()), ['next']],
  [Object.getPrototypeOf(new Set().values()), ['next']],
  [Object.getPrototypeOf([].values()), ['next']]
]

/** Counts the steps of a piece of work; none while it is not at work. */
function steps (work: () => unknown): number {
  let count = 0
  let isAtWork = false
  const restore = STEPS.flatMap(([prototype, methods]) => methods.map(method => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method) as PropertyDescriptor
    const original = descriptor.value as (...values: unknown[]) => unknown
    Object.defineProperty(prototype, method, {
      ...descriptor,
      value (this: unknown, ...values: unknown[]) {
        if (isAtWork) count++
        return Reflect.apply(original, this, values)
      }
    })
    return () => Object.defineProperty(prototype, method, descriptor)
  }))
  isAtWork = true
  try {
    work()
  } finally {
    isAtWork = false
    for (const undo of restore) undo()
  }
  return count
}

function compile (origin: readonly string[]): OriginSet {
  const { origins } = compilePolicy({ origin })
  if (origins.kind !== 'listed') throw new Error(origins.kind)
  return origins.origins
}

const SIZES = [1, 1_000, 100_000]

const lists: Array<[kind: string, item: (index: number) => string, allowed: string, refused: string[], sizes?: number[]]> = [
  ['exact origins', index => `https://app${index}.example.com`, 'https://app0.example.com', ['https://appx.example.com', 'https://example.com', 'http://app0.example.com', 'null', '']],
  ['subdomain patterns', index => `https://*.app${index}.example.com`, 'https://a.b.app0.example.com', ['https://app0.example.com', 'https://a.appx.example.com', 'https://a.example.org', 'http://a.app0.example.com', 'null', '']],
  ['any-port patterns', index => `https://app${index}.example.com:*`, 'https://app0.example.com:8443', ['https://a.app0.example.com', 'https://appx.example.com:1', 'http://app0.example.com', 'null']],
  ['patterns that enclose each other', index => `https://*.${'a.'.repeat(index % 100)}x${Math.floor(index / 100)}.example.com:*`, 'https://b.x0.example.com:1', ['https://x0.example.com', 'https://b.xx.example.com'], [1, 1_000]],
  ['patterns with a port each', index => `https://*.app${Math.floor(index / 60_000)}.example.com:${1_000 + index % 60_000}`, 'https://a.app0.example.com:1000', ['https://a.app0.example.com', 'https://a.app0.example.com:999'], [1, 10_000]],
  ['schemes', index => `app${index}://localhost:*`, 'app0://localhost:1', ['appx://localhost', 'app0://other'], [1, 10_000]]
]

for (const [kind, item, allowed, refused, sizes = SIZES] of lists) {
  t.test(`${kind}: looking up among ${sizes.join(', ')} takes the same number of steps`, async t => {
    const sets = sizes.map(size => compile(Array.from({ length: size }, (_, index) => item(index))))
    const counts = sets.map(set => {
      let isAllowed = false
      const found = steps(() => { isAllowed = set.has(allowed) })
      t.ok(isAllowed)
      return [found, ...refused.map(origin => {
        let isAllowed = true
        const count = steps(() => { isAllowed = set.has(origin) })
        t.notOk(isAllowed, origin)
        return count
      })]
    })
    for (const others of counts) t.strictSame(others, counts[0])
    t.ok((counts[0] as number[]).every(count => count > 0 && count < 40), `${counts[0]}`)
  })
}

t.test('steps are what is said to be counted', async t => {
  t.equal(steps(() => {}), 0)
  const set = new Set(['a', 'b', 'c'])
  t.equal(steps(() => set.has('a')), 1)
  t.ok(steps(() => [...set]) >= 3)
})

t.test('a host of many labels takes steps by its labels, not by what is configured', async t => {
  const host = 'a.'.repeat(120) + 'example.com'
  const counts = [1, 1_000].map(size => {
    const set = compile(['https://*.example.com', ...Array.from({ length: size }, (_, index) => `https://*.${'a.'.repeat(100)}app${index}.example.org`)])
    return [`https://${host}`, `https://${'a.'.repeat(110)}app0.example.org`, `https://${'a.'.repeat(110)}example.net`].map(origin => steps(() => set.has(origin)))
  })
  for (const others of counts) t.strictSame(others, counts[0])
})

t.test('an Origin that is too long is looked at no more than its length is', async t => {
  const set = compile(['https://app.example.com', 'https://*.example.com'])
  const longest = `https://${'a'.repeat(MAX_ORIGIN_LENGTH)}`.slice(0, MAX_ORIGIN_LENGTH)
  t.ok(steps(() => set.has(longest)) > 0)
  for (const text of [`${longest}a`, 'a'.repeat(16_384), 'https://' + 'a.'.repeat(8_192), ','.repeat(16_384), 'é'.repeat(16_384)]) {
    t.equal(steps(() => set.has(text)), 0, text.slice(0, 40))
  }
})

t.test('an Access-Control-Request-Headers that is too long is looked at no more than its length is', async t => {
  const read = (field: string): string | undefined => requestedHeaders({ 'access-control-request-headers': field })
  for (const field of ['a'.repeat(16_384), 'x-a,'.repeat(4_096), ','.repeat(16_384), ' '.repeat(16_384), 'x'.repeat(4_097)]) {
    t.equal(read(field), undefined)
    t.equal(steps(() => read(field)), 0, field.slice(0, 20))
  }
  t.ok(steps(() => read('x-a, x-b')) > 0)
})

t.test('a hundred thousand origins, patterns among them, are validated and compiled', async t => {
  const origin = Array.from({ length: 100_000 }, (_, index) => index % 2 === 0 ? `https://app${index}.example.com` : `https://*.app${index}.example.com`)
  t.strictSame(validateCorsOptions({ origin, credentials: true }), [])
  const set = compile(origin)
  t.ok(set.has('https://app99998.example.com') && set.has('https://a.app99999.example.com'))
  t.notOk(set.has('https://app99999.example.com') || set.has('https://a.app99998.example.com'))
})
