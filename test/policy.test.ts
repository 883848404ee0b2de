import t from 'tap'
import type { CorsOptions } from '../lib/index.js'
import { compilePolicy, type Policy } from '../lib/policy/policy.js'

const origin = 'https://app.example.com'
const refused = { allowOrigin: 'none', allowCredentials: false, exposeHeaders: undefined, vary: 'Origin', raw: false }

t.test('the defaults', async t => {
  const { origins, options, ...policy } = compilePolicy({ origin })
  t.equal(origins.kind, 'listed')
  const preflightVary = 'Origin, Access-Control-Request-Method'
  t.strictSame(policy, {
    actual: { refused, granted: { ...refused, allowOrigin: 'origin' } },
    preflight: { refused: { ...refused, vary: preflightVary }, granted: { ...refused, allowOrigin: 'origin', vary: preflightVary } },
    allowMethods: undefined,
    allowHeaders: 'accept, accept-language, content-language, content-type, range',
    maxAge: '600',
    successStatus: 204,
    cacheControl: undefined,
    answersPreflight: 'yes',
    hideOptionsRoute: true,
    logLevel: undefined
  })
  t.equal(options.origins, origins, 'kept as they were written, for whoever has to read them')
  t.match(options, { credentials: false, allowedHeaders: [], exposedHeaders: [], maxAge: 600, vary: [], optionsSuccessStatus: 204 })
  t.strictSame(options.dangerouslyAllow, [])
  t.strictSame(compilePolicy({ origin, dangerouslyAllow: 'null-origin' }).options.dangerouslyAllow, ['null-origin'])
  t.match(compilePolicy({ origin: [origin, /^https:\/\/a\.example$/] }).origins, { entries: [origin, /^https:\/\/a\.example$/] })
})

const rows: Array<{ title: string, options: Partial<CorsOptions>, expected: Partial<Policy> }> = [
  { title: "methods: '*' is the requested one", options: { methods: '*' }, expected: { allowMethods: '*' } },
  { title: 'methods are written each once, in one order', options: { methods: ['DELETE', 'GET', 'DELETE'] }, expected: { allowMethods: 'GET, DELETE' } },
  { title: "allowedHeaders: '*' are the requested ones", options: { allowedHeaders: '*' }, expected: { allowHeaders: '*' } },
  { title: 'allowed headers are lower-case, each once, after the safelisted', options: { allowedHeaders: ['Authorization', 'Content-Type', 'AUTHORIZATION'] }, expected: { allowHeaders: 'accept, accept-language, content-language, content-type, range, authorization' } },
  { title: 'maxAge: 0 is sent', options: { maxAge: 0 }, expected: { maxAge: '0' } },
  { title: 'maxAge: false is not', options: { maxAge: false }, expected: { maxAge: undefined } },
  { title: 'the longest maxAge', options: { maxAge: 86400 }, expected: { maxAge: '86400' } },
  { title: 'optionsSuccessStatus', options: { optionsSuccessStatus: 200 }, expected: { successStatus: 200 } },
  { title: 'cacheControl as a number is max-age', options: { cacheControl: 3600 }, expected: { cacheControl: 'max-age=3600' } },
  { title: 'cacheControl: 0', options: { cacheControl: 0 }, expected: { cacheControl: 'max-age=0' } },
  { title: 'cacheControl as a text is sent as it is', options: { cacheControl: 'public, max-age=60' }, expected: { cacheControl: 'public, max-age=60' } },
  { title: 'preflight: false leaves preflights to the application', options: { preflight: false }, expected: { answersPreflight: 'no' } },
  { title: 'preflight: false goes before preflightContinue', options: { preflight: false, preflightContinue: true }, expected: { answersPreflight: 'no' } },
  { title: 'preflightContinue', options: { preflightContinue: true }, expected: { answersPreflight: 'continue' } },
  { title: 'hideOptionsRoute', options: { hideOptionsRoute: false }, expected: { hideOptionsRoute: false } },
  { title: 'logLevel', options: { logLevel: 'silent' }, expected: { logLevel: 'silent' } }
]

t.test('what each option makes of the policy', async t => {
  for (const { title, options, expected } of rows) {
    t.match(compilePolicy({ origin, ...options }), expected, title)
    for (const [name, value] of Object.entries(expected)) t.equal(compilePolicy({ origin, ...options })[name as keyof Policy], value, title)
  }
})

t.test('credentials and exposed headers are for origins that are allowed, rawHeaders for all', async t => {
  const { actual, preflight } = compilePolicy({ origin, credentials: true, exposedHeaders: ['Location', 'ETag', 'Location'], rawHeaders: true })
  t.strictSame(actual, {
    refused: { ...refused, raw: true },
    granted: { allowOrigin: 'origin', allowCredentials: true, exposeHeaders: 'Location, ETag', vary: 'Origin', raw: true }
  })
  t.match(preflight.granted, { allowOrigin: 'origin', allowCredentials: true, raw: true })
  t.equal(preflight.granted.exposeHeaders, undefined, 'a preflight exposes nothing')
})

t.test("exposedHeaders: '*' without credentials is sent as it is", async t => {
  t.equal(compilePolicy({ origin: '*', exposedHeaders: '*' }).actual.granted.exposeHeaders, '*')
})

t.test('Vary names what the answer depends on', async t => {
  const varies = (options: CorsOptions) => {
    const { actual, preflight } = compilePolicy(options)
    return [actual.granted.vary, actual.refused.vary, preflight.granted.vary, preflight.refused.vary]
  }
  const method = 'Access-Control-Request-Method'
  const headers = 'Access-Control-Request-Headers'
  t.strictSame(varies({ origin: '*' }), [undefined, undefined, method, method], 'any origin depends on none')
  t.strictSame(varies({ origin: '*', allowedHeaders: '*' }), [undefined, undefined, `${method}, ${headers}`, `${method}, ${headers}`])
  t.strictSame(varies({ origin, allowedHeaders: '*' }), ['Origin', 'Origin', `Origin, ${method}, ${headers}`, `Origin, ${method}, ${headers}`])
  t.strictSame(varies({ origin: () => true, vary: ['X-Tenant', 'origin'] }), ['Origin, X-Tenant', 'Origin, X-Tenant', `Origin, X-Tenant, ${method}`, `Origin, X-Tenant, ${method}`])
})

t.test('any origin is told by *, also for null', async t => {
  const { origins, actual } = compilePolicy({ origin: '*' })
  t.strictSame(origins, { kind: 'any' })
  t.strictSame(actual.granted.allowOrigin, '*')
})

t.test('origin: false is no policy at all', async t => {
  t.strictSame(compilePolicy({ origin: false }).origins, { kind: 'none' })
  t.strictSame(compilePolicy({ origin: false, credentials: true }).origins, { kind: 'none' })
})
