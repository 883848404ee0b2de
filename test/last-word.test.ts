import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import httpProxy from '@fastify/http-proxy'
import Fastify, { type FastifyReply } from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { corsHeaders, preflight, type CorsHeaders } from './support/cors-headers.js'

const APP = 'https://app.example.com'
const EVIL = 'https://evil.example'

const listed: CorsOptions = { origin: APP, credentials: true }
const granted = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }

const handlers: Array<{
  title: string
  options?: CorsOptions
  origin?: string
  handle: (reply: FastifyReply) => unknown
  expected: CorsHeaders
}> = [
  { title: 'a Vary of the handler is extended', handle: reply => reply.header('Vary', 'Accept').send('a'), expected: { vary: 'Accept, Origin', ...granted } },
  { title: 'a Vary that names Origin already stays as it is', handle: reply => reply.header('vary', 'accept,origin').send('a'), expected: { vary: 'accept,origin', ...granted } },
  { title: 'a Vary of several lines becomes one', handle: reply => reply.header('vary', ['Accept', 'Cookie']).send('a'), expected: { vary: 'Accept, Cookie, Origin', ...granted } },
  { title: 'Vary: * stays', handle: reply => reply.header('vary', '*').send('a'), expected: { vary: '*', ...granted } },
  { title: 'a Vary that was removed comes back', handle: reply => reply.removeHeader('vary').send('a'), expected: { vary: 'Origin', ...granted } },
  { title: 'a Vary set on the Node response is kept too', handle: reply => { reply.raw.setHeader('Vary', 'Accept'); return reply.send('a') }, expected: { vary: 'Origin, Accept', ...granted } },
  { title: 'and before a stream, for which Fastify hands its own over to Node', handle: reply => { reply.raw.setHeader('Vary', 'Accept'); return reply.send(Readable.from(['a'])) }, expected: { vary: 'Origin, Accept', ...granted } },
  { title: 'an error with a Vary keeps both', handle: () => { throw Object.assign(new Error('thrown'), { headers: { vary: 'Accept' } }) }, expected: { vary: 'Accept, Origin', ...granted } },
  { title: 'any origin puts nothing into a Vary', options: { origin: '*' }, handle: reply => reply.header('vary', 'Accept').send('a'), expected: { vary: 'Accept', 'access-control-allow-origin': '*' } },
  { title: 'a handler cannot widen the policy to any origin', handle: reply => reply.header('Access-Control-Allow-Origin', '*').send('a'), expected: { vary: 'Origin', ...granted } },
  { title: 'a handler cannot let in an origin that is refused', origin: EVIL, handle: reply => reply.header('Access-Control-Allow-Origin', EVIL).header('Access-Control-Allow-Credentials', 'true').send('a'), expected: { vary: 'Origin' } },
  { title: 'a handler cannot let it in on the Node response either', origin: EVIL, handle: reply => { reply.raw.setHeader('Access-Control-Allow-Origin', EVIL); return reply.send('a') }, expected: { vary: 'Origin' } },
  { title: 'a handler cannot add credentials', options: { origin: APP }, handle: reply => reply.header('Access-Control-Allow-Credentials', 'true').send('a'), expected: { vary: 'Origin', 'access-control-allow-origin': APP } },
  { title: 'a handler cannot take permission away by a second value', handle: reply => reply.header('Access-Control-Allow-Origin', [APP, EVIL]).send('a'), expected: { vary: 'Origin', ...granted } },
  { title: 'a handler may expose more headers', handle: reply => reply.header('Access-Control-Expose-Headers', 'X-A').send('a'), expected: { vary: 'Origin', ...granted, 'access-control-expose-headers': 'X-A' } },
  { title: 'a Response cannot widen the policy or lose Vary', handle: () => new Response('a', { headers: { vary: 'Accept', 'access-control-allow-origin': '*' } }), expected: { vary: 'Accept, Origin', ...granted } },
  { title: 'a Response cannot let in an origin that is refused', origin: EVIL, handle: () => new Response('a', { headers: { 'access-control-allow-origin': EVIL, 'access-control-allow-credentials': 'true' } }), expected: { vary: 'Origin' } },
  { title: 'a Response without such headers passes as it is', handle: () => new Response('a', { headers: { 'x-a': 'b' } }), expected: { vary: 'Origin', ...granted } },
  { title: 'without CORS the handler has the last word', options: { origin: false }, handle: reply => reply.header('Access-Control-Allow-Origin', '*').header('vary', 'Accept').send('a'), expected: { vary: 'Accept', 'access-control-allow-origin': '*' } }
]

for (const { title, options = listed, origin = APP, handle, expected } of handlers) {
  t.test(title, async t => {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    await app.register(corsPlugin, options)
    app.get('/', async (_request, reply) => await handle(reply))
    t.strictSame(corsHeaders(await app.inject({ url: '/', headers: { origin } })), expected)
  })
}

t.test('the policy has the last word over onSend hooks', async t => {
  const overwrite = async (_request: unknown, reply: FastifyReply): Promise<void> => {
    reply.header('vary', 'Accept-Encoding').header('access-control-allow-origin', '*')
  }
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  app.addHook('onSend', overwrite)
  await app.register(corsPlugin, listed)
  app.addHook('onSend', overwrite)
  app.get('/', { onSend: overwrite }, async () => 'a')
  app.get('/several', { onSend: [overwrite, overwrite] }, async () => 'a')
  for (const [method, url] of [['GET', '/'], ['HEAD', '/'], ['GET', '/several']] as const) {
    t.strictSame(corsHeaders(await app.inject({ method, url, headers: { origin: APP } })), { vary: 'Accept-Encoding, Origin', ...granted }, `${method} ${url}`)
  }
  t.strictSame(corsHeaders(await app.inject({ url: '/unknown', headers: { origin: APP } })), { vary: 'Accept-Encoding, Origin', ...granted }, 'a URL without a route')
  t.strictSame(corsHeaders(await app.inject({ url: '/unknown', headers: { origin: EVIL } })), { vary: 'Accept-Encoding, Origin' }, 'and a refused origin')
  for (const url of ['/', '/unknown']) {
    t.match(await app.inject({ method: 'OPTIONS', url, headers: preflight(APP, 'PUT') }), { headers: { vary: 'Accept-Encoding, Origin, Access-Control-Request-Method', ...granted } }, `a preflight to ${url}`)
  }
})

t.test('a Vary of a plugin that came before is extended', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  app.addHook('onRequest', async (_request, reply) => { reply.header('vary', 'Accept') })
  await app.register(corsPlugin, listed)
  app.get('/', async () => 'a')
  t.strictSame(corsHeaders(await app.inject({ url: '/', headers: { origin: APP } })), { vary: 'Accept, Origin', ...granted })
})

t.test('a Response whose body was read fails as it does without the plugin', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, listed)
  app.get('/', async () => {
    const response = new Response('a', { headers: { vary: 'Accept' } })
    await response.text()
    return response
  })
  const { statusCode, json } = await app.inject({ url: '/', headers: { origin: APP } })
  t.match([statusCode, json()], [500, { code: 'FST_ERR_REP_RESPONSE_BODY_CONSUMED' }])
})

t.test('a proxied upstream neither widens the policy nor adds a second value', async t => {
  const upstream: Server = createServer((_request, response) => {
    response.setHeader('Vary', 'Accept')
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Allow-Credentials', 'true')
    response.end('a')
  })
  await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve))
  const app = Fastify()
  t.teardown(async () => { await app.close(); upstream.close() })
  await app.register(corsPlugin, { origin: APP })
  app.register(httpProxy, { upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` })
  for (const [origin, expected] of [
    [APP, { vary: 'Accept, Origin', 'access-control-allow-origin': APP }],
    [EVIL, { vary: 'Accept, Origin' }]
  ] as const) {
    const response = await app.inject({ url: '/a', headers: { origin } })
    t.strictSame([response.payload, corsHeaders(response)], ['a', expected], origin)
  }
})
