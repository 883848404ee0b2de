import { validateHeaderValue } from 'node:http'
import fc from 'fast-check'
import t from 'tap'
import { CorsOptionsError, CorsOptionsSchema, validateCorsOptions } from '../lib/index.js'
import { compilePolicy, type Policy } from '../lib/policy/policy.js'

const names = Object.keys(CorsOptionsSchema.properties)

function fail (): never {
  throw new Error('no\nentry')
}

function revoked<Target extends object> (target: Target): Target {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const throwsRevoked = { get origin (): never { throw revoked({}) } }
const withUnreadableMessage = Object.defineProperty(new Error(), 'message', { get: fail })

/** Values that look at who looks at them; each call makes its own. */
const hostile: ReadonlyArray<() => unknown> = [
  () => ({ get origin () { return fail() } }),
  () => throwsRevoked,
  () => ({ get origin () { throw withUnreadableMessage } }),
  () => ({ get origin () { throw Symbol('thrown') } }),
  () => ({ toString: fail, valueOf: fail, toJSON: fail, [Symbol.toPrimitive]: fail }),
  () => new Proxy({}, { ownKeys: fail }),
  () => new Proxy({ origin: '*' }, { get: fail }),
  () => new Proxy({ origin: '*' }, { getOwnPropertyDescriptor: fail, getPrototypeOf: fail, has: fail }),
  () => new Proxy(['*'], { get: fail }),
  () => new Proxy(['https://app.example.com'], {}),
  () => new Proxy(/a/, {}),
  () => new Proxy(fail, { apply: fail, get: fail }),
  () => revoked({}),
  () => revoked([]),
  () => revoked(fail),
  () => Object.create(null),
  () => Object.assign(Object.create(null), { origin: '*' }),
  () => Object.create({ origin: '*' }),
  () => Symbol('a'),
  () => 10n ** 30n,
  // eslint-disable-next-line no-sparse-arrays
  () => [, '*', ,],
  () => new Array(1000),
  () => '"'.repeat(100_000) + 'a',
  () => 'https://' + 'a"'.repeat(50_000) + '.com/',
  () => `https://${'a.'.repeat(50_000)}com`,
  () => ['https://\u0000', '\r\nSet-Cookie: a=b', '\ud800', '\u202e\u2028'],
  () => ',,,',
  () => Object.assign(/.*/, { toString: fail }),
  () => Object.defineProperty(/.*/, 'source', { get: fail }),
  () => Object.defineProperty(/.*/, 'source', { value: '(' }),
  () => Object.defineProperty(/.*/, 'flags', { value: 'gg' }),
  () => Object.defineProperty(/.*/, 'flags', { get () { throw revoked({}) } }),
  () => new Date(NaN),
  () => class {},
  () => -0
]

/** Values that are right for some option. */
const plausible = fc.constantFrom<unknown>(
  true, false, undefined, null, 0, 200, 204, 86400, '*', ['*'], [], '', 'null', ['null'], 'warn', 'GET, PUT', ['PATCH'],
  'https://app.example.com', ['https://*.example.com', 'http://localhost:*'], /https:\/\/[a-z]\.example\.com/, () => true,
  'X-Request-Id', ['X-Tenant', 'Authorization'], 'public, max-age=60', 'insecure-origins', ['null-origin']
)

const anything = fc.anything({
  maxDepth: 2,
  maxKeys: 3,
  key: fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom(...names, '__proto__', 'a/b', '~')),
  values: [fc.boolean(), fc.integer(), fc.double(), fc.string({ unit: 'binary', maxLength: 12 }), fc.constant(null), fc.constant(undefined), plausible],
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true
})

/** Hostile values stay functions that make them while fast-check has them: it looks at what it generates, and prints it. */
const hostileValue = fc.constantFrom(...hostile)
const value = fc.oneof(
  { weight: 3, arbitrary: plausible },
  { weight: 3, arbitrary: anything },
  { weight: 1, arbitrary: hostileValue },
  { weight: 1, arbitrary: fc.array(fc.oneof(plausible, hostileValue), { maxLength: 3 }) }
)
const options = fc.oneof(
  { weight: 1, arbitrary: value },
  { weight: 3, arbitrary: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 }) }
)

function realize (value: unknown): unknown {
  if (hostile.includes(value as () => unknown)) return (value as () => unknown)()
  if (Array.isArray(value)) return value.map(realize)
  if (typeof value === 'object' && value !== null && !isTypedValue(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, realize(inner)]))
  }
  return value
}

/** Whether an object is more than its properties, and so has to stay what it is. */
function isTypedValue (value: object): boolean {
  return Object.getPrototypeOf(value) !== Object.prototype
}

/** Whether a JSON Pointer (RFC 6901) leads somewhere in a value, or to the option that is missing. */
function leadsSomewhere (path: string, root: unknown): boolean {
  const keys = path.split('/').slice(1).map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  let place = root
  for (const key of keys) {
    if (typeof place !== 'object' || place === null || !(Object.hasOwn(place, key) || isHole(place, key))) {
      return path === '/origin' && place === root
    }
    place = (place as Record<string, unknown>)[key]
  }
  return true
}

function isHole (place: object, key: string): boolean {
  return Array.isArray(place) && Number(key) < place.length
}

function headerValues ({ actual, preflight, allowMethods, allowHeaders, maxAge, cacheControl }: Policy): string[] {
  return [actual.granted.exposeHeaders, actual.granted.vary, preflight.granted.vary, allowMethods, allowHeaders, maxAge, cacheControl]
    .filter(value => value !== undefined)
}

/** Either the issues are told, in words, or the options work. */
function givesIssuesOrWorks (input: unknown): void {
  const issues = validateCorsOptions(input)
  for (const { code, path, message, hint } of issues) {
    if (![code, message, hint].every(text => typeof text === 'string' && text !== '')) throw new Error(`says too little: ${code}`)
    if (!leadsSomewhere(path, input)) throw new Error(`${path} leads nowhere`)
  }
  let policy: Policy
  try {
    policy = compilePolicy(input)
  } catch (error) {
    if (!(error instanceof CorsOptionsError) || issues.length === 0) throw error
    if (JSON.stringify(error.issues) !== JSON.stringify(issues)) throw new Error('other issues than validateCorsOptions')
    const lines = error.message.split(/[\n\r\u0085\u2028\u2029]/)
    if (lines.length !== issues.length + 1) throw new Error('not one issue a line')
    return
  }
  if (issues.length > 0) throw new Error('compiled in spite of issues')
  for (const value of headerValues(policy)) validateHeaderValue('a', value)
}

t.test('options of any shape give issues or a policy that works', async t => {
  t.doesNotThrow(() => {
    fc.assert(fc.property(options, options => { givesIssuesOrWorks(realize(options)) }), { numRuns: 10_000 })
  })
})

t.test('each option takes any value, and gives issues or a policy that works', async t => {
  for (const name of names) {
    const property = fc.property(value, fc.boolean(), (value, credentials) => {
      givesIssuesOrWorks({ origin: 'https://app.example.com', credentials, [name]: realize(value) })
    })
    t.doesNotThrow(() => { fc.assert(property, { numRuns: 650 }) }, name)
  }
})

t.test('hostile values, as the options and as each option', async t => {
  for (const make of hostile) {
    t.doesNotThrow(() => {
      givesIssuesOrWorks(make())
      for (const name of names) {
        for (const credentials of [false, true]) {
          givesIssuesOrWorks({ origin: 'https://app.example.com', credentials, [name]: make() })
          givesIssuesOrWorks({ origin: 'https://app.example.com', credentials, [name]: [make()] })
        }
      }
    }, make.toString())
  }
})

t.test('a getter and a proxy are read once: what was checked is what is used', async t => {
  let reads = 0
  const changing = {
    get origin () {
      reads++
      return reads === 1 ? 'https://app.example.com' : '*'
    },
    credentials: true
  }
  const { origins } = compilePolicy(changing)
  t.equal(reads, 1)
  t.ok(origins.kind === 'listed' && origins.origins.has('https://app.example.com'))

  let lookups = 0
  const list = new Proxy(['https://app.example.com'], {
    get (target, key, receiver) {
      if (key === '0') return lookups++ === 0 ? 'https://app.example.com' : 'null'
      return Reflect.get(target, key, receiver)
    }
  })
  t.equal(compilePolicy({ origin: list, credentials: true }).origins.kind, 'listed')
  t.equal(lookups, 1)
})

t.test('a list that changes after registration does not change the policy', async t => {
  const origin = ['https://app.example.com']
  const { origins } = compilePolicy({ origin })
  origin.push('https://evil.example')
  t.ok(origins.kind === 'listed' && !origins.origins.has('https://evil.example'))
})
