import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { corsPlugin, validateCorsOptions, type CorsOptions } from '../lib/index.js'
import { attempts, entries, originOfAttempt, serializeEntry, type Attempt, type Entry } from './support/arbitrary-origins.js'
import { isAllowed, originOf } from './support/naive-origins.js'
import { PROPERTY_RUNS } from './support/property-runs.js'

t.setTimeout(Math.max(120_000, PROPERTY_RUNS * 10))

async function build (options: CorsOptions): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(corsPlugin, options)
  app.get('/', async () => 'a')
  app.put('/users/:id', async request => ({ url: request.url }))
  app.patch('/widened', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*').header('access-control-allow-credentials', 'true').header('vary', 'Accept')
    return 'a'
  })
  app.get('/own', { config: { cors: { origin: 'https://own.example', methods: ['GET'], credentials: false, allowedHeaders: '*' } } }, async () => 'a')
  app.get('/none', { config: { cors: false } }, async () => 'a')
  app.options('/answered', async () => 'a')
  await app.ready()
  return app
}

const urls = fc.constantFrom('/', '/', '/', '/users/1', '/widened', '/own', '/none', '/answered', '/missing', '/users/%0d%0aa', '/%zz', '/?a=b', '//', '*')
const methods = fc.constantFrom('OPTIONS', 'OPTIONS', 'OPTIONS', 'GET', 'PUT', 'PATCH', 'HEAD', 'DELETE')

/** What a client may put into a field: names, tokens, bytes of every kind, also those that no parser lets through. */
const fieldText = fc.oneof(
  fc.constantFrom('GET', 'PUT', 'PATCH', 'patch', 'CONNECT', 'TRACK', '*', 'null', '', ' ', ',', ',,,', 'authorization', 'content-type,x-a', 'X-A, x-a ,\tX-b', 'a\r\nSet-Cookie: a=b', 'x-a\n', 'x\0y', 'é', '例', '\x7f',
    'a'.repeat(129), 'x,'.repeat(200), 'a'.repeat(16_384), 'x-a,'.repeat(4_096), '__proto__', 'constructor'),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 15 }),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)), maxLength: 15 }),
  fc.array(fc.string({ unit: fc.constantFrom(...'abX-_!#\'*`~|^'), minLength: 1, maxLength: 8 }), { maxLength: 6 }).map(names => names.join(', '))
)

interface Field {
  readonly name: string
  readonly value: string
}

const fields = fc.array(fc.record({
  name: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('access-control-request-method', 'access-control-request-headers', 'access-control-request-method', 'access-control-request-private-network', 'Access-Control-Request-Headers') },
    { weight: 2, arbitrary: fc.constantFrom('vary', 'access-control-allow-origin', 'access-control-allow-credentials', 'accept-version', 'x-forwarded-host', 'referer', 'cookie', 'accept', 'authorization', 'if-none-match') },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'abcx-_1'), minLength: 1, maxLength: 6 }) }
  ),
  value: fieldText
}), { maxLength: 4 })

interface Sent {
  readonly method: string
  readonly url: string
  readonly origin: Attempt | undefined
  readonly isPreflight: boolean
  readonly fields: readonly Field[]
}

const requests: fc.Arbitrary<Sent> = fc.record({
  method: methods,
  url: urls,
  origin: fc.option(attempts, { nil: undefined, freq: 8 }),
  isPreflight: fc.boolean(),
  fields
})

function toInject (entries: readonly Entry[], { method, url, origin, isPreflight, fields }: Sent): { request: InjectOptions, origin: string | undefined } {
  const text = origin === undefined ? undefined : originOfAttempt(entries, origin)
  const headers: Record<string, string> = isPreflight ? { 'access-control-request-method': 'PUT' } : {}
  for (const { name, value } of fields) headers[name.toLowerCase()] = value
  if (text !== undefined) headers['origin'] = text
  return { request: { method: method as 'GET', url, headers }, origin: text }
}

function check (condition: boolean, what: () => string): void {
  if (!condition) throw new Error(what())
}

/** Runs a property, and prints what fails with its seed, shrunk. */
async function holds<Values> (t: Test, property: fc.IAsyncProperty<Values>, numRuns: number): Promise<void> {
  let failure: unknown
  try {
    await fc.assert(property, { numRuns })
  } catch (error) {
    failure = error
  }
  t.equal(failure instanceof Error ? failure.message : failure, undefined)
}

/** RFC 9110 §5.5: what a field value may hold, each character a byte. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const TARGETS: readonly Entry[] = [
  { scheme: 'https', host: 'app.example.com', port: '', subdomains: false },
  { scheme: 'https', host: 'example.com', port: '*', subdomains: true },
  { scheme: 'http', host: 'localhost', port: '*', subdomains: false }
]
const ORIGINS = TARGETS.map(serializeEntry)

const policies: ReadonlyArray<readonly [title: string, options: CorsOptions]> = [
  ['any origin', { origin: '*' }],
  ['any origin, everything mirrored', { origin: '*', methods: '*', allowedHeaders: '*', exposedHeaders: '*', rawHeaders: true }],
  ['a list', { origin: ORIGINS, credentials: true }],
  ['a list, everything mirrored', { origin: ORIGINS, credentials: true, methods: '*', allowedHeaders: '*', exposedHeaders: ['X-A'], rawHeaders: true, vary: ['X-Tenant'] }],
  ['a list and null', { origin: [...ORIGINS, 'null'], dangerouslyAllow: ['null-origin'], methods: '*', allowedHeaders: '*' }],
  ['a RegExp', { origin: /https:\/\/(?:[a-z0-9-]+\.)*example\.com(?::\d+)?/i, credentials: true, methods: '*', allowedHeaders: '*' }],
  ['a function', { origin: origin => origin.length % 2 === 0, credentials: true, methods: '*', allowedHeaders: '*' }],
  ['an asynchronous function', { origin: async origin => origin.length % 2 === 0, credentials: true, allowedHeaders: '*' }],
  ['a function that answers with anything', { origin: ((origin: string) => [1, 'true', {}, null, undefined, [], true][origin.length % 7]) as never, credentials: true, allowedHeaders: '*' }],
  ['preflights left to the application', { origin: ORIGINS, credentials: true, preflight: false, allowedHeaders: '*' }],
  ['preflights continued by the application', { origin: ORIGINS, credentials: true, preflightContinue: true, methods: '*', allowedHeaders: '*' }],
  ['no origin', { origin: false }]
]

t.test('no request makes the plugin throw, or put a forbidden byte into a header', async t => {
  const apps = await Promise.all(policies.map(async ([title, options]) => [title, await build(options)] as const))
  t.teardown(async () => { for (const [, app] of apps) await app.close() })
  const statuses = new Map<number, number>()

  await holds(t, fc.asyncProperty(fc.nat(apps.length - 1), requests, async (index, sent) => {
    const [title, app] = apps[index] as typeof apps[number]
    const { request } = toInject(TARGETS, sent)
    const what = (problem: string) => (): string => `${title}: ${problem}: ${JSON.stringify(request).slice(0, 2_000)}`
    const response = await app.inject(request)
    statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1)
    check(response.statusCode < 500, what(`${response.statusCode} ${response.body}`))
    for (const [name, value] of Object.entries(response.headers)) {
      for (const line of [value].flat()) {
        check(FIELD_NAME.test(name) && FIELD_VALUE.test(String(line)), what(`${name}: ${JSON.stringify(line)}`))
        // A client that sends 16 KB must not get them back.
        check(String(line).length <= 4_096 + 512, what(`${name} has ${String(line).length} bytes`))
      }
    }
  }), PROPERTY_RUNS)

  for (const status of [200, 204, 403, 404]) t.ok(statuses.has(status), `some answers were ${status}`)
})

/** Requests that one application gets, half of this on average: building one for each would take most of the time. */
const BATCH = 50

t.test('credentials never leave with *, or with an origin that the configuration does not name', async t => {
  const seen = { granted: 0, refused: 0, builds: 0 }
  const options = fc.record({
    credentials: fc.constantFrom(true, true, false),
    allowedHeaders: fc.constantFrom<Array<NonNullable<CorsOptions['allowedHeaders']>>>([], '*', ['Authorization']),
    ownMethods: fc.constantFrom<Array<Pick<CorsOptions, 'methods'>>>({ methods: '*' }, { methods: ['PUT'] }, {}),
    rawHeaders: fc.boolean(),
    preflightContinue: fc.boolean(),
    preflight: fc.boolean()
  })

  await holds(t, fc.asyncProperty(entries, options, fc.boolean(), fc.array(requests, { minLength: 1, maxLength: BATCH, size: 'max' }), async (entries, options, asFunction, requests) => {
    const { ownMethods, ...others } = options
    const origin: CorsOptions['origin'] = asFunction ? text => isAllowed(entries, text) : entries.map(serializeEntry)
    const all: CorsOptions = { ...others, ...ownMethods, origin, dangerouslyAllow: ['insecure-origins', 'public-suffixes'] }
    const issues = validateCorsOptions(all)
    check(issues.length === 0, () => JSON.stringify(issues))
    const app = await build(all)
    seen.builds++
    try {
      for (const sent of requests) {
        const { request, origin } = toInject(entries, sent)
        const { headers } = await app.inject(request)
        const allowOrigin = headers['access-control-allow-origin']
        const allowCredentials = headers['access-control-allow-credentials']
        const what = (problem: string) => (): string => `${problem}: ${JSON.stringify([entries.map(serializeEntry), all, request, headers]).slice(0, 3_000)}`

        // The route has a policy of its own, and the scope's answers for the methods that it does not have.
        const isOwn = request.url === '/own' && origin === 'https://own.example'
        const isScopes = origin !== undefined && isAllowed(entries, origin) && !(request.url === '/own' && request.method === 'GET')
        if (allowOrigin === undefined) {
          seen.refused++
          check(allowCredentials === undefined, what('credentials without an origin'))
        } else {
          seen.granted++
          check(typeof allowOrigin === 'string' && allowOrigin !== '*' && allowOrigin === origin, what('another origin than the request\'s'))
          check(isOwn || isScopes, what('an origin that is not named'))
          check(allowCredentials === (options.credentials && !isOwn ? 'true' : undefined), what('credentials'))
        }
        check(/(?:^|, )Origin(?:,|$)/.test(String(headers['vary'])) || isOutside(request), what('no Vary: Origin'))
        if (originOf(String(origin)) === undefined) check(allowOrigin === undefined, what('not an origin'))
      }
    } finally {
      await app.close()
    }
  }), Math.ceil(2 * PROPERTY_RUNS / BATCH))

  t.ok(seen.granted > seen.builds && seen.refused > seen.builds, JSON.stringify(seen))
})

/** Replies without the policy: a route with `cors: false`, and URLs that Fastify answers before any hook. */
function isOutside ({ url }: InjectOptions): boolean {
  return url === '/none' || url === '/%zz' || url === '*' || url === '/users/%0d%0aa'
}
