import { request, type OutgoingHttpHeaders } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { corsHeaders, preflight, type CorsHeaders } from './support/cors-headers.js'

const APP = 'https://app.example.com'
const EVIL = 'https://evil.example'
const SAFELISTED = 'accept, accept-language, content-language, content-type, range'

const VARY = 'Origin, Access-Control-Request-Method'
const VARY_MIRRORED = `${VARY}, Access-Control-Request-Headers`

/** What a granted preflight of the default policy says about /users: GET, POST, PUT. */
const granted: CorsHeaders = {
  vary: VARY,
  'access-control-allow-origin': APP,
  'access-control-allow-methods': 'GET, HEAD, POST, PUT',
  'access-control-allow-headers': SAFELISTED,
  'access-control-max-age': '600'
}

function without (headers: CorsHeaders, ...names: string[]): CorsHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

async function build (options: CorsOptions): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(corsPlugin, options)
  app.addHook('onRequest', async (_request, reply) => reply.code(401).send('who are you?'))
  app.get('/users', async () => 'users')
  app.post('/users', async () => 'users')
  app.put('/users', async () => 'users')
  return app
}

const cases: Array<{
  title: string
  options?: Partial<CorsOptions>
  origin?: string
  method?: string
  requestHeaders?: string
  url?: string
  status?: number
  expected: CorsHeaders
}> = [
  { title: 'an allowed origin gets the full lists', expected: granted },
  { title: 'a method that the URL has not is answered with the full list, so that the console names it', method: 'DELETE', expected: granted },
  { title: 'a header that is not allowed is answered with the full list, so that the console names it', requestHeaders: 'authorization', expected: granted },
  { title: 'a method in lower case is not the one in upper case', method: 'put', expected: granted },
  { title: 'a forbidden method is answered with the list', method: 'TRACE', expected: granted },
  { title: 'a method that is no token is answered with the list', method: 'P T', expected: granted },
  { title: 'an empty method is answered with the list', method: '', expected: granted },
  { title: 'credentials', options: { credentials: true }, expected: { ...granted, 'access-control-allow-credentials': 'true' } },
  { title: 'any origin does not vary by origin', options: { origin: '*' }, expected: { ...granted, vary: 'Access-Control-Request-Method', 'access-control-allow-origin': '*' } },
  { title: 'listed methods replace those of the routes', options: { methods: ['PUT', 'PATCH'] }, expected: { ...granted, 'access-control-allow-methods': 'PUT, PATCH' } },
  { title: "methods: '*' allows what is asked for", options: { methods: '*', credentials: true }, method: 'PROPFIND', expected: { ...granted, 'access-control-allow-methods': 'PROPFIND', 'access-control-allow-credentials': 'true' } },
  { title: "methods: '*' sends no method back that is no token", options: { methods: '*' }, method: 'P,T', expected: without(granted, 'access-control-allow-methods') },
  { title: "methods: '*' sends no over-long method back", options: { methods: '*' }, method: 'P'.repeat(129), expected: without(granted, 'access-control-allow-methods') },
  { title: 'listed headers join the safelisted ones', options: { allowedHeaders: ['Authorization', 'X-Id', 'Range'] }, requestHeaders: 'x-id', expected: { ...granted, 'access-control-allow-headers': `${SAFELISTED}, authorization, x-id` } },
  { title: "allowedHeaders: '*' sends the requested names back, authorization included", options: { allowedHeaders: '*', credentials: true }, requestHeaders: 'authorization,x-id', expected: { ...granted, vary: VARY_MIRRORED, 'access-control-allow-headers': 'authorization, x-id', 'access-control-allow-credentials': 'true' } },
  { title: "allowedHeaders: '*' without requested names needs no list", options: { allowedHeaders: '*' }, expected: { ...without(granted, 'access-control-allow-headers'), vary: VARY_MIRRORED } },
  { title: "allowedHeaders: '*' sends nothing back that is no list of names", options: { allowedHeaders: '*' }, requestHeaders: 'x-a, x b', expected: { ...without(granted, 'access-control-allow-headers'), vary: VARY_MIRRORED } },
  { title: "allowedHeaders: '*' sends no over-long list back", options: { allowedHeaders: '*' }, requestHeaders: 'x-a,'.repeat(4000), expected: { ...without(granted, 'access-control-allow-headers'), vary: VARY_MIRRORED } },
  { title: 'exposed headers are not a preflight\'s', options: { exposedHeaders: ['Location'] }, expected: granted },
  { title: 'maxAge: 0 is sent', options: { maxAge: 0 }, expected: { ...granted, 'access-control-max-age': '0' } },
  { title: 'maxAge: false is not', options: { maxAge: false }, expected: without(granted, 'access-control-max-age') },
  { title: 'optionsSuccessStatus for clients that insist on 200', options: { optionsSuccessStatus: 200 }, status: 200, expected: granted },
  { title: 'headers that the origin function looks at are named by Vary', options: { origin: origin => origin === APP, vary: ['X-Tenant', 'Origin'] }, expected: { ...granted, vary: 'Origin, X-Tenant, Access-Control-Request-Method' } },
  { title: 'an asynchronous function', options: { origin: async origin => origin === APP }, expected: granted },
  { title: 'a URL without a route gets the requested method, so that the page sees the real 404', url: '/unknown', method: 'DELETE', expected: { ...granted, 'access-control-allow-methods': 'DELETE' } },
  { title: 'a URL without a route gets no method that is no token', url: '/unknown', method: 'D,', expected: without(granted, 'access-control-allow-methods') },
  { title: 'a refused origin learns nothing but Vary', origin: EVIL, status: 403, expected: { vary: VARY } },
  { title: 'a refused origin learns nothing of credentials and headers either', options: { credentials: true, allowedHeaders: ['X-Secret'], methods: ['PUT'], exposedHeaders: ['X-Other'] }, origin: EVIL, status: 403, expected: { vary: VARY } },
  { title: 'null is refused', origin: 'null', status: 403, expected: { vary: VARY } },
  { title: 'a malformed origin is refused', origin: `${APP}/`, status: 403, expected: { vary: VARY } },
  { title: 'an empty origin is refused', origin: '', status: 403, expected: { vary: VARY } },
  { title: 'an over-long origin is refused', origin: `https://${'a'.repeat(16_000)}.example.com`, status: 403, expected: { vary: VARY } },
  { title: 'an asynchronous function refuses', options: { origin: async () => false }, status: 403, expected: { vary: VARY } },
  { title: 'anything but true from a function refuses', options: { origin: (() => 'yes') as unknown as () => boolean }, status: 403, expected: { vary: VARY } },
  { title: 'anything but true from a promise refuses', options: { origin: (async () => 1) as unknown as () => Promise<boolean> }, status: 403, expected: { vary: VARY } }
]

for (const { title, options = {}, origin = APP, method = 'PUT', requestHeaders, url = '/users', status = 204, expected } of cases) {
  t.test(title, async t => {
    const app = await build({ origin: APP, ...options })
    t.teardown(async () => { await app.close() })
    const response = await app.inject({ method: 'OPTIONS', url, headers: preflight(origin, method, requestHeaders) })
    t.strictSame([response.statusCode, corsHeaders(response)], [status, expected])
    if (status !== 403) {
      t.equal(response.payload, '')
      t.equal(response.headers['content-length'], status === 204 ? undefined : '0')
    }
  })
}

t.test('a refusal has an error body in Fastify\'s shape, which says only that the origin is not allowed', async t => {
  const app = await build({ origin: APP })
  t.teardown(async () => { await app.close() })
  const response = await app.inject({ method: 'OPTIONS', url: '/users', headers: preflight(EVIL, 'PUT') })
  t.equal(response.headers['content-type'], 'application/json; charset=utf-8')
  t.strictSame(response.json(), { statusCode: 403, code: 'CORS_ORIGIN_NOT_ALLOWED', error: 'Forbidden', message: 'Origin not allowed' })
})

t.test('cacheControl is for answered preflights only', async t => {
  for (const [cacheControl, expected] of [[3600, 'max-age=3600'], [0, 'max-age=0'], ['public, max-age=60', 'public, max-age=60']] as const) {
    const app = Fastify()
    await app.register(corsPlugin, { origin: APP, cacheControl })
    app.get('/', async () => 'a')
    const answers = await Promise.all([
      app.inject({ method: 'OPTIONS', url: '/', headers: preflight(APP, 'GET') }),
      app.inject({ method: 'OPTIONS', url: '/', headers: preflight(EVIL, 'GET') }),
      app.inject({ url: '/', headers: { origin: APP } })
    ])
    t.strictSame(answers.map(({ headers }) => headers['cache-control']), [expected, undefined, undefined])
    await app.close()
  }
})

t.test('OPTIONS without both headers of a preflight is the application\'s', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP })
  app.options('/own', async () => 'own')
  app.put('/own', async () => 'put')
  app.put('/other', async () => 'put')
  const { origin, ...withoutOrigin } = preflight(APP, 'PUT')
  for (const headers of [{ origin: APP }, withoutOrigin, {}]) {
    const own = await app.inject({ method: 'OPTIONS', url: '/own', headers })
    t.strictSame([own.statusCode, own.payload], [200, 'own'])
    const other = await app.inject({ method: 'OPTIONS', url: '/other', headers })
    t.match(other.json(), { statusCode: 404, message: 'Route OPTIONS:/other not found' })
  }
  t.equal(origin, APP)
})

t.test('the names of a preflight may be spaced, repeated, and spread over several lines', async t => {
  const app = await build({ origin: APP, allowedHeaders: '*' })
  t.teardown(async () => { await app.close() })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await new Promise<string | undefined>((resolve, reject) => {
    request(`${app.listeningOrigin}/users`, {
      method: 'OPTIONS',
      headers: { origin: APP, 'access-control-request-method': 'PUT', 'Access-Control-Request-Headers': ['x-a ,\tX-B', ',x-a,x-c'] } as OutgoingHttpHeaders
    }, response => {
      response.resume()
      resolve(response.headers['access-control-allow-headers'])
    }).on('error', reject).end()
  })
  t.equal(answer, 'x-a, x-b, x-c')
})

t.test('preflight: false leaves preflights to the application, with the headers of an actual request', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP, preflight: false })
  app.options('/own', async (_request, reply) => reply.header('access-control-allow-methods', 'PUT').send('own'))
  app.put('/own', async () => 'put')
  app.put('/other', async () => 'put')
  const own = await app.inject({ method: 'OPTIONS', url: '/own', headers: preflight(APP, 'PUT') })
  t.strictSame([own.payload, corsHeaders(own)], ['own', { vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT' }])
  for (const url of ['/other', '/unknown']) {
    t.equal((await app.inject({ method: 'OPTIONS', url, headers: preflight(APP, 'PUT') })).statusCode, 404, url)
  }
})

t.test('preflightContinue: true sets the headers, then the application\'s own OPTIONS route answers', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP, preflightContinue: true, cacheControl: 60 })
  app.get('/users', async () => 'a')
  app.post('/users', async () => 'a')
  app.options('/users', async () => 'own')
  app.put('/users', async () => 'a')
  const own = await app.inject({ method: 'OPTIONS', url: '/users', headers: preflight(APP, 'PUT') })
  t.strictSame([own.statusCode, own.payload, corsHeaders(own)],
    [200, 'own', { ...granted, 'access-control-allow-methods': 'GET, HEAD, POST, PUT, OPTIONS' }])
  const refused = await app.inject({ method: 'OPTIONS', url: '/users', headers: preflight(EVIL, 'PUT') })
  t.strictSame([refused.payload, corsHeaders(refused)], ['own', { vary: VARY }])
  const unknown = await app.inject({ method: 'OPTIONS', url: '/unknown', headers: preflight(APP, 'PUT') })
  t.strictSame([unknown.statusCode, corsHeaders(unknown)], [404, { ...granted, 'access-control-allow-methods': 'PUT' }])
})

t.test('authentication that was registered first answers the preflight', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  app.addHook('onRequest', async (_request, reply) => reply.code(401).send())
  await app.register(corsPlugin, { origin: APP })
  app.put('/', async () => 'a')
  t.equal((await app.inject({ method: 'OPTIONS', url: '/', headers: preflight(APP, 'PUT') })).statusCode, 401)
})
