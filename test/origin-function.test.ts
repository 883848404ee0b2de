import { request as httpRequest } from 'node:http'
import { once } from 'node:events'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { corsHeaders, preflight } from './support/cors-headers.js'

const APP = 'https://app.example.com'

async function build (t: { teardown: (end: () => Promise<void>) => void }, options: CorsOptions): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, options)
  app.setErrorHandler(async (error: Error, _request, reply) => reply.code(503).send({ from: 'handler', message: error.message }))
  app.get('/', async request => request.headers['x-id'] ?? 'a')
  return app
}

t.test('the function gets a well-formed origin and the request, and nothing else ever', async t => {
  const calls: unknown[] = []
  const app = await build(t, {
    origin: (origin, request) => {
      calls.push([origin, request.url, request.headers['x-id']])
      return true
    }
  })
  await app.inject({ url: '/?q=1', headers: { origin: APP, 'x-id': '7' } })
  t.strictSame(calls, [[APP, '/?q=1', '7']])
  for (const origin of [undefined, '', 'null', 'https://UPPER.example', 'https://a.example/', `https://${'a.'.repeat(160)}example`]) {
    const response = await app.inject({ url: '/', headers: origin === undefined ? {} : { origin } })
    t.strictSame([response.statusCode, corsHeaders(response)], [200, { vary: 'Origin' }], String(origin).slice(0, 40))
  }
  t.equal(calls.length, 1)
})

const failures: Array<[string, CorsOptions['origin']]> = [
  ['a throw', () => { throw new Error('no database') }],
  ['a rejection', async () => { throw new Error('no database') }]
]
for (const [what, origin] of failures) {
  t.test(`${what} goes to the error handler, and lets nobody in`, async t => {
    const app = await build(t, { origin, credentials: true })
    for (const inject of [
      { url: '/', headers: { origin: APP } },
      { method: 'OPTIONS' as const, url: '/', headers: preflight(APP, 'GET') }
    ]) {
      const response = await app.inject(inject)
      t.strictSame([response.statusCode, response.json()], [503, { from: 'handler', message: 'no database' }])
      t.match(response.headers.vary, /^Origin/)
      t.notOk(response.headers['access-control-allow-origin'])
    }
  })
}

t.test('a thenable that settles twice answers once', async t => {
  const app = await build(t, {
    origin: (() => ({
      then (resolve: (allowed: boolean) => void, reject: (error: Error) => void) {
        resolve(false)
        resolve(true)
        reject(new Error('late'))
      }
    })) as unknown as () => Promise<boolean>
  })
  const response = await app.inject({ url: '/', headers: { origin: APP } })
  t.strictSame([response.statusCode, corsHeaders(response)], [200, { vary: 'Origin' }])
})

t.test('concurrent requests do not see each other\'s decisions', async t => {
  const waiting = new Map<string, (allowed: boolean) => void>()
  const app = await build(t, { origin: async origin => await new Promise<boolean>(resolve => { waiting.set(origin, resolve) }) })
  const origins = Array.from({ length: 20 }, (_, index) => `https://o${index}.example`)
  const responses = origins.map(async origin => await app.inject({ url: '/', headers: { origin } }))
  while (waiting.size < origins.length) await new Promise(resolve => { setImmediate(resolve) })
  // Decided in another order than they came.
  for (const origin of [...origins].reverse()) waiting.get(origin)?.(Number(origin.match(/\d+/)?.[0]) % 2 === 0)
  for (const [index, response] of (await Promise.all(responses)).entries()) {
    t.equal(response.headers['access-control-allow-origin'], index % 2 === 0 ? origins[index] : undefined)
  }
})

t.test('a decision that comes after the reply was sent changes nothing', async t => {
  let decide: (allowed: boolean) => void = () => {}
  const app = Fastify({ handlerTimeout: 20 })
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: async () => await new Promise<boolean>(resolve => { decide = resolve }) })
  let handled = false
  app.get('/', async () => { handled = true })
  const response = await app.inject({ url: '/', headers: { origin: APP } })
  t.strictSame([response.statusCode, corsHeaders(response)], [503, { vary: 'Origin' }])
  decide(true)
  await new Promise(resolve => { setImmediate(resolve) })
  t.notOk(handled)
})

t.test('an aborted request leaves nothing behind', async t => {
  const decisions: Array<(allowed: boolean) => void> = []
  const app = await build(t, { origin: async () => await new Promise<boolean>(resolve => { decisions.push(resolve) }) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const asked = async (count: number): Promise<void> => {
    while (decisions.length < count) await new Promise(resolve => { setImmediate(resolve) })
  }

  const connected = once(app.server, 'connection')
  const aborted = httpRequest(app.listeningOrigin, { headers: { origin: APP } }).on('error', () => {}).end()
  const [socket] = await connected
  await asked(1)
  aborted.destroy()
  await once(socket, 'close')
  decisions[0]?.(true)

  const response = app.inject({ url: '/', headers: { origin: APP } })
  await asked(2)
  decisions[1]?.(true)
  t.equal((await response).headers['access-control-allow-origin'], APP, 'the next request is answered as ever')
})
