import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { corsPlugin } from '../lib/index.js'
import { corsHeaders, preflight } from './support/cors-headers.js'

const APP = 'https://app.example.com'
const EVIL = 'https://evil.example'
const handler = async (): Promise<string> => 'a'

interface Setup {
  app: FastifyInstance
  /** The process warnings about routes that the plugin has not seen. */
  warnings: () => string[]
}

async function build (t: Test, declare: (app: FastifyInstance, cors: typeof corsPlugin) => void): Promise<Setup> {
  const emitted: string[] = []
  t.intercept(process, 'emitWarning', { value: (message: string, { code }: { code: string }) => { emitted.push(`${code}: ${message}`) } })
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  declare(app, corsPlugin)
  await app.ready()
  return { app, warnings: () => emitted }
}

t.test('routes of the same scope that were declared before the plugin had loaded get headers, and their preflight an answer', async t => {
  const { app } = await build(t, (app, cors) => {
    app.register(cors, { origin: APP, credentials: true })
    app.get('/a', handler)
    app.put('/a', handler)
    app.register(async child => {
      child.register(cors, { origin: APP, allowedHeaders: 'X-Child' })
      child.get('/a', handler)
      child.delete('/a', handler)
    }, { prefix: '/api' })
  })
  t.strictSame(corsHeaders(await app.inject({ url: '/a', headers: { origin: APP } })), {
    vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true'
  })
  for (const [url, method, methods, headers] of [
    ['/a', 'PUT', 'GET, HEAD, PUT', ''],
    ['/a', 'PATCH', 'GET, HEAD, PUT', ''],
    ['/api/a', 'DELETE', 'GET, HEAD, DELETE', ', x-child']
  ] as const) {
    const answer = await app.inject({ method: 'OPTIONS', url, headers: preflight(APP, method) })
    t.strictSame([answer.statusCode, answer.headers['access-control-allow-methods']], [204, methods], url)
    t.equal(answer.headers['access-control-allow-headers'], `accept, accept-language, content-language, content-type, range${headers}`)
    const refused = await app.inject({ method: 'OPTIONS', url, headers: preflight(EVIL, method) })
    t.equal(refused.statusCode, 403, url)
  }
})

t.test('a prefixed scope without an enclosing one answers for its early routes, segment-wise', async t => {
  const { app } = await build(t, (app, cors) => {
    app.register(async child => {
      child.register(cors, { origin: APP })
      child.delete('/a', handler)
    }, { prefix: '/api' })
    app.delete('/apixyz', handler)
  })
  const ask = async (url: string): Promise<number> => (await app.inject({ method: 'OPTIONS', url, headers: preflight(APP, 'DELETE') })).statusCode
  t.strictSame([await ask('/api/a'), await ask('/api'), await ask('/apixyz')], [204, 204, 404])
})

t.test('an unprefixed child does not speak for routes that it has not seen', async t => {
  const { app, warnings } = await build(t, (app, cors) => {
    app.register(async child => {
      child.register(cors, { origin: APP })
      child.delete('/a', handler)
    })
  })
  t.equal((await app.inject({ method: 'OPTIONS', url: '/a', headers: preflight(APP, 'DELETE') })).statusCode, 404)
  t.equal((await app.inject({ method: 'DELETE', url: '/a', headers: { origin: APP } })).headers['access-control-allow-origin'], APP)
  t.match(warnings(), [/CORS_UNSEEN_ROUTE: Route DELETE \/a /])
})

for (const [what, shows] of [
  ['an actual request', async (app: FastifyInstance) => await app.inject({ method: 'PUT', url: '/a/1', headers: { origin: APP } })],
  ['a preflight', async (app: FastifyInstance) => await app.inject({ method: 'OPTIONS', url: '/a/1', headers: preflight(APP, 'PUT') })]
] as const) {
  t.test(`${what} that shows such a route emits one warning, with the route and the cure`, async t => {
    const { app, warnings } = await build(t, (app, cors) => {
      app.register(cors, { origin: APP })
      app.put('/a/:id', handler)
      app.get('/b', handler)
    })
    await app.inject({ url: '/unknown', headers: { origin: APP } })
    t.strictSame(warnings(), [], 'an unknown URL shows none')
    await shows(app)
    await app.inject({ url: '/b', headers: { origin: APP } })
    t.match(warnings(), [/^CORS_UNSEEN_ROUTE: Route PUT \/a\/(?::id|1) .*await app\.register/])
    t.equal(warnings().length, 1)
  })
}

t.test('cors: false of such a route is kept for its actual requests', async t => {
  const { app } = await build(t, (app, cors) => {
    app.register(cors, { origin: APP })
    app.get('/a', { config: { cors: false } }, handler)
  })
  t.strictSame(corsHeaders(await app.inject({ url: '/a', headers: { origin: APP } })), {})
})

t.test('the policy has the last word over such a route too', async t => {
  const { app } = await build(t, (app, cors) => {
    app.register(cors, { origin: APP })
    app.get('/a', async (_request, reply) => reply.header('vary', 'Accept').header('access-control-allow-origin', '*').send('a'))
    app.get('/response', async () => new Response('a', { headers: { vary: 'Accept', 'access-control-allow-origin': '*' } }))
  })
  for (const url of ['/a', '/response']) {
    t.strictSame(corsHeaders(await app.inject({ url, headers: { origin: APP } })), { vary: 'Accept, Origin', 'access-control-allow-origin': APP }, url)
    t.strictSame(corsHeaders(await app.inject({ url, headers: { origin: EVIL } })), { vary: 'Accept, Origin' }, url)
  }
})

t.test('an awaited registration warns about nothing', async t => {
  const { app, warnings } = await build(t, (app, cors) => {
    app.get('/before', handler)
    app.register(async child => {
      await child.register(cors, { origin: APP })
      child.get('/a', handler)
    }, { prefix: '/api' })
  })
  for (const url of ['/before', '/api/a', '/api/unknown']) await app.inject({ url, headers: { origin: APP } })
  await app.inject({ method: 'OPTIONS', url: '/api/a', headers: preflight(APP, 'GET') })
  t.strictSame(warnings(), [])
})
