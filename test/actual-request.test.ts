import { Readable } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { corsHeaders, type CorsHeaders } from './support/cors-headers.js'

const APP = 'https://app.example.com'
const OTHER = 'https://other.example.com'

/** Policies, each with the whole set of headers for the origin APP, for another one, and for none. */
const policies: Array<{ title: string, options: CorsOptions, allowed: CorsHeaders, refused: CorsHeaders, absent: CorsHeaders }> = [
  {
    title: 'any origin',
    options: { origin: '*' },
    allowed: { 'access-control-allow-origin': '*' },
    refused: { 'access-control-allow-origin': '*' },
    absent: { 'access-control-allow-origin': '*' }
  },
  {
    title: 'any origin with exposed headers',
    options: { origin: '*', exposedHeaders: '*' },
    allowed: { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' },
    refused: { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' },
    absent: { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' }
  },
  {
    title: 'a listed origin',
    options: { origin: APP },
    allowed: { vary: 'Origin', 'access-control-allow-origin': APP },
    refused: { vary: 'Origin' },
    absent: { vary: 'Origin' }
  },
  {
    title: 'a listed origin with credentials and exposed headers',
    options: { origin: ['https://a.example', APP], credentials: true, exposedHeaders: ['Location', 'X-Total-Count'] },
    allowed: {
      vary: 'Origin',
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Location, X-Total-Count'
    },
    refused: { vary: 'Origin' },
    absent: { vary: 'Origin' }
  },
  {
    title: 'a pattern',
    options: { origin: 'https://*.example.com', allowedHeaders: 'Authorization', maxAge: 60 },
    allowed: { vary: 'Origin', 'access-control-allow-origin': APP },
    refused: { vary: 'Origin', 'access-control-allow-origin': OTHER },
    absent: { vary: 'Origin' }
  },
  {
    title: 'a RegExp',
    options: { origin: /https:\/\/app\.example\.(?:com|org)/g, credentials: true },
    allowed: { vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' },
    refused: { vary: 'Origin' },
    absent: { vary: 'Origin' }
  },
  {
    title: 'a function that looks at another header',
    options: { origin: origin => origin === APP, vary: 'X-Tenant', exposedHeaders: 'Location' },
    allowed: { vary: 'Origin, X-Tenant', 'access-control-allow-origin': APP, 'access-control-expose-headers': 'Location' },
    refused: { vary: 'Origin, X-Tenant' },
    absent: { vary: 'Origin, X-Tenant' }
  },
  {
    title: 'an asynchronous function',
    options: { origin: async origin => origin === APP, credentials: true },
    allowed: { vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' },
    refused: { vary: 'Origin' },
    absent: { vary: 'Origin' }
  },
  { title: 'no CORS', options: { origin: false }, allowed: {}, refused: {}, absent: {} }
]

/** Whatever a reply is, it gets the same headers. */
const replies: Array<{ title: string, method?: 'HEAD' | 'POST' | 'OPTIONS' | 'PUT', url: string, status: number, payload?: object | string, headers?: Record<string, string> }> = [
  { title: 'a JSON reply', url: '/json', status: 200 },
  { title: 'a HEAD request', method: 'HEAD', url: '/json', status: 200 },
  { title: 'a POST', method: 'POST', url: '/json', status: 200, payload: { name: 'a' } },
  { title: 'an error thrown', url: '/throw', status: 500 },
  { title: 'a rejection', url: '/reject', status: 418 },
  { title: 'a validation error', method: 'POST', url: '/json', status: 400, payload: { name: {} } },
  { title: 'a body that cannot be parsed', method: 'POST', url: '/json', status: 400, payload: '{', headers: { 'content-type': 'application/json' } },
  { title: 'a media type that is not supported', method: 'POST', url: '/json', status: 415, payload: 'x', headers: { 'content-type': 'x/y' } },
  { title: 'a body that is too large', method: 'POST', url: '/json', status: 413, payload: { name: 'a'.repeat(2000) } },
  { title: 'an unknown URL', url: '/unknown', status: 404 },
  { title: 'an unknown method', method: 'PUT', url: '/json', status: 404 },
  { title: 'callNotFound', url: '/call-not-found', status: 404 },
  { title: 'a redirect', url: '/redirect', status: 302 },
  { title: 'a 304', url: '/304', status: 304 },
  { title: 'a 204', url: '/204', status: 204 },
  { title: 'a stream', url: '/stream', status: 200 },
  { title: 'a stream that fails before its first byte', url: '/broken-stream', status: 500 },
  { title: 'a web stream', url: '/web-stream', status: 200 },
  { title: 'a Response', url: '/response', status: 201 },
  { title: 'a plain OPTIONS of the application', method: 'OPTIONS', url: '/json', status: 200 },
  { title: 'a plain OPTIONS that nobody answers', method: 'OPTIONS', url: '/redirect', status: 404 }
]

async function build (options: CorsOptions): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: 1000 })
  await app.register(corsPlugin, options)
  app.get('/json', async () => ({ ok: true }))
  app.options('/json', async () => ({ ok: true }))
  app.post('/json', {
    schema: { body: { type: 'object', properties: { name: { type: 'string' } } } }
  }, async () => ({ ok: true }))
  app.get('/throw', () => { throw new Error('thrown') })
  app.get('/reject', async () => { throw Object.assign(new Error('rejected'), { statusCode: 418 }) })
  app.get('/redirect', (_request, reply) => { reply.redirect('/json') })
  app.get('/304', (_request, reply) => { reply.code(304).send() })
  app.get('/204', (_request, reply) => { reply.code(204).send() })
  app.get('/stream', (_request, reply) => reply.send(Readable.from(['a', 'b'])))
  app.get('/broken-stream', (_request, reply) => reply.send(new Readable({
    read () { this.destroy(new Error('broken')) }
  })))
  app.get('/web-stream', (_request, reply) => reply.send(Readable.toWeb(Readable.from([Buffer.from('a')]))))
  app.get('/response', (_request, reply) => reply.send(new Response('a', { status: 201 })))
  app.get('/call-not-found', (_request, reply) => { reply.callNotFound() })
  return app
}

for (const { title, options, allowed, refused, absent } of policies) {
  t.test(`with ${title}, every reply carries the policy's headers and no other`, async t => {
    const app = await build(options)
    t.teardown(async () => { await app.close() })
    for (const reply of replies) {
      const { method = 'GET', url, status, payload, headers = {} } = reply
      for (const [origin, expected] of [[APP, allowed], [OTHER, refused], [undefined, absent]] as const) {
        const response = await app.inject({
          method,
          url,
          headers: { ...headers, ...(origin === undefined ? {} : { origin }) },
          ...(payload === undefined ? {} : { payload })
        })
        t.strictSame([response.statusCode, corsHeaders(response)], [status, expected], `${reply.title}, ${origin ?? 'no Origin'}`)
      }
    }
  })
}

t.test('an Origin that is not an origin is not allowed, and the request goes on', async t => {
  const app = await build({ origin: [APP, 'https://*.example.com', /https:\/\/[a-z]+\.example\.org/] })
  t.teardown(async () => { await app.close() })
  for (const origin of ['', 'null', `${APP}/`, `${APP}, ${APP}`, `x${APP}`, 'https://.example.com', 'a'.repeat(16_000)]) {
    const response = await app.inject({ url: '/json', headers: { origin } })
    t.strictSame([response.statusCode, corsHeaders(response)], [200, { vary: 'Origin' }], origin.slice(0, 40))
  }
})

t.test('a null origin gets the answer for any origin, and what is written for it on demand', async t => {
  const open = await build({ origin: '*' })
  const asked = await build({ origin: ['null', APP], dangerouslyAllow: ['null-origin'] })
  t.teardown(async () => { await open.close(); await asked.close() })
  const headers = { origin: 'null' }
  t.strictSame(corsHeaders(await open.inject({ url: '/json', headers })), { 'access-control-allow-origin': '*' })
  t.strictSame(corsHeaders(await asked.inject({ url: '/json', headers })), { vary: 'Origin', 'access-control-allow-origin': 'null' })
})
