import { createServer as createHttp2Server, connect, type IncomingHttpHeaders } from 'node:http2'
import { request as httpRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'

const APP = 'https://app.example.com'
const EVIL = 'https://evil.example'
const GOVERNED = ['vary', 'access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers']

interface OnTheWire { status: number | undefined, reason: string | undefined, lines: string[], cookies: string[], body: string }

async function get (url: string, origin: string): Promise<OnTheWire> {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    httpRequest(url, { headers: { origin } }, resolve).on('error', reject).end()
  })
  const { statusCode, statusMessage, rawHeaders } = response
  const lines = rawHeaders.flatMap((name, index) => index % 2 === 0 ? [`${name.toLowerCase()}: ${String(rawHeaders[index + 1])}`] : [])
  return {
    status: statusCode,
    reason: statusMessage,
    lines: lines.filter(line => GOVERNED.some(name => line.startsWith(`${name}: `))).sort(),
    cookies: lines.filter(line => line.startsWith('set-cookie: ')),
    body: await text(response)
  }
}

const listed: CorsOptions = { origin: APP, credentials: true, exposedHeaders: 'X-A' }
const granted = ['access-control-allow-credentials: true', `access-control-allow-origin: ${APP}`, 'access-control-expose-headers: X-A']

/** Heads that a handler may write past Fastify, and the lines of an allowed and of a refused origin. */
const heads: Array<[title: string, write: (response: ServerResponse) => unknown, allowed: string[], refused: string[], options?: CorsOptions]> = [
  ['no head at all', () => {}, [...granted, 'vary: Origin'], ['vary: Origin']],
  ['a status', raw => raw.writeHead(200), [...granted, 'vary: Origin'], ['vary: Origin']],
  ['a reason', raw => raw.writeHead(200, 'Fine'), [...granted, 'vary: Origin'], ['vary: Origin']],
  ['an object', raw => raw.writeHead(200, { 'x-b': 'c', Vary: 'Accept', 'Access-Control-Allow-Origin': '*' }), [...granted, 'vary: Accept, Origin'], ['vary: Accept, Origin']],
  ['a reason and an object', raw => raw.writeHead(200, 'Fine', { vary: 'accept,origin', 'access-control-allow-origin': EVIL }), [...granted, 'vary: accept,origin'], ['vary: accept,origin']],
  ['two objects, of which Node takes the last', raw => raw.writeHead(200, { 'x-b': 'c' } as never, { vary: 'Accept' }), [...granted, 'vary: Accept, Origin'], ['vary: Accept, Origin']],
  ['a list of names and values', raw => raw.writeHead(200, ['Vary', 'Accept', 'vary', ['Cookie', 'Accept'], 'ACCESS-CONTROL-ALLOW-ORIGIN', '*']), [...granted, 'vary: Accept, Cookie, Accept, Origin'], ['vary: Accept, Cookie, Accept, Origin']],
  ['a list of pairs', raw => raw.writeHead(200, [['Vary', '*'], ['Access-Control-Allow-Credentials', 'true']] as never), [...granted, 'vary: *'], ['vary: *']],
  ['the right values, and others in capitals', raw => raw.writeHead(200, { vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'X-A', 'Access-Control-Allow-Origin': '*' }), [...granted, 'vary: Origin'], ['access-control-expose-headers: X-A', 'vary: Origin']],
  ['nothing but what is right for a refused origin, and permission in capitals', raw => raw.writeHead(200, { vary: 'Origin', 'Access-Control-Allow-Origin': '*' }), [...granted, 'vary: Origin'], ['vary: Origin']],
  ['what is right, without exposed headers', raw => raw.writeHead(200, { vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }), [...granted, 'vary: Origin'], ['vary: Origin']],
  ['credentials in capitals', raw => raw.writeHead(200, { vary: 'Origin', 'Access-Control-Allow-Credentials': 'true' }), [`access-control-allow-origin: ${APP}`, 'vary: Origin'], ['vary: Origin'], { origin: APP }],
  ['exposed headers of its own', raw => raw.writeHead(200, { 'Access-Control-Expose-Headers': 'X-B' }), [...granted.slice(0, 2), 'access-control-expose-headers: X-B', 'vary: Origin'], ['access-control-expose-headers: X-B', 'vary: Origin']],
  ['exposed headers on the response', raw => { raw.setHeader('Access-Control-Expose-Headers', 'X-B') }, [...granted.slice(0, 2), 'access-control-expose-headers: X-B', 'vary: Origin'], ['access-control-expose-headers: X-B', 'vary: Origin']],
  ['headers on the response', raw => { raw.setHeader('Vary', ['Accept', 'Cookie']); raw.setHeader('Access-Control-Allow-Origin', EVIL); raw.setHeader('Access-Control-Allow-Credentials', 'true') }, [...granted, 'vary: Accept, Cookie, Origin'], ['vary: Accept, Cookie, Origin']],
  ['headers on the response, and a head', raw => { raw.setHeader('Vary', 'Cookie'); raw.setHeader('Access-Control-Allow-Origin', EVIL); raw.writeHead(200, { vary: 'Accept' }) }, [...granted, 'vary: Accept, Cookie, Origin'], ['vary: Accept, Cookie, Origin']],
  ['a Vary on the response, and a head that is right', raw => { raw.setHeader('Vary', 'Cookie'); raw.writeHead(200, { vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }) }, [...granted, 'vary: Origin, Cookie'], ['vary: Origin, Cookie']],
  ['permission on the response, and a head that is right for a refused origin', raw => { raw.setHeader('Access-Control-Allow-Origin', EVIL); raw.writeHead(200, { vary: 'Origin' }) }, [...granted, 'vary: Origin'], ['vary: Origin']],
  ['credentials on the response, and a head that is right without', raw => { raw.setHeader('Access-Control-Allow-Credentials', 'true'); raw.writeHead(200, { vary: 'Origin', 'access-control-allow-origin': APP }) }, [`access-control-allow-origin: ${APP}`, 'vary: Origin'], ['vary: Origin'], { origin: APP }],
  ['a Vary of its own, where every origin is allowed', raw => raw.writeHead(200, { Vary: 'Accept', 'access-control-allow-origin': APP }), ['access-control-allow-origin: *', 'vary: Accept'], ['access-control-allow-origin: *', 'vary: Accept'], { origin: '*' }]
]

t.test('replies that bypass Fastify carry what the policy says, whatever head they write', async t => {
  for (const [title, write, allowed, refused, options = listed] of heads) {
    await t.test(title, async t => {
      const app = Fastify()
      t.teardown(async () => { await app.close() })
      await app.register(corsPlugin, options)
      app.get('/', (_request, reply) => {
        reply.hijack()
        write(reply.raw)
        reply.raw.end('a')
      })
      await app.listen({ port: 0, host: '127.0.0.1' })
      for (const [origin, lines] of [[APP, allowed], [EVIL, refused]] as const) {
        const response = await get(app.listeningOrigin, origin)
        t.strictSame([response.status, response.body, response.lines], [200, 'a', lines], `for ${origin}`)
      }
    })
  }
})

t.test('what else a head says stays', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, listed)
  const routes: Array<[string, (response: ServerResponse) => unknown]> = [
    ['/object', raw => raw.writeHead(201, 'Fine', { 'Set-Cookie': ['a=1', 'b=2'] })],
    ['/list', raw => raw.writeHead(201, 'Fine', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'])],
    ['/pairs', raw => raw.writeHead(201, 'Fine', [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']] as never)]
  ]
  for (const [url, write] of routes) {
    app.get(url, (_request, reply) => {
      reply.hijack()
      write(reply.raw)
      reply.raw.end('a')
    })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  for (const [url] of routes) {
    t.match(await get(app.listeningOrigin + url, APP), { status: 201, reason: 'Fine', cookies: ['set-cookie: a=1', 'set-cookie: b=2'] }, url)
  }
})

t.test('headers that a handler shares between replies are not written to', async t => {
  const shared = Object.freeze({ 'content-type': 'text/event-stream' })
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, listed)
  app.get('/', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, shared)
    reply.raw.end('a')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.strictSame((await get(app.listeningOrigin, APP)).lines, [...granted, 'vary: Origin'])
  t.strictSame((await get(app.listeningOrigin, EVIL)).lines, ['vary: Origin'])
})

t.test('a second head fails as it does without the plugin', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, listed)
  const codes: unknown[] = []
  app.get('/', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200)
    for (const headers of [undefined, {}, { vary: 'Accept' }]) {
      try { reply.raw.writeHead(200, headers) } catch (error) { codes.push((error as NodeJS.ErrnoException).code) }
    }
    reply.raw.end('a')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  await get(app.listeningOrigin, APP)
  t.strictSame(codes, Array(3).fill('ERR_HTTP_HEADERS_SENT'))
})

t.test('over HTTP/2 too', async t => {
  const app = Fastify({ http2: true, serverFactory: handler => createHttp2Server(handler as never) as never })
  await app.register(corsPlugin, listed)
  app.get('/send', async () => 'a')
  app.get('/implicit', (_request, reply) => { reply.hijack(); reply.raw.end('a') })
  app.get('/head', (_request, reply) => { reply.hijack(); reply.raw.writeHead(200, { Vary: 'Accept', 'access-control-allow-origin': '*' }); reply.raw.end('a') })
  app.get('/list', (_request, reply) => { reply.hijack(); reply.raw.writeHead(200, ['vary', 'Accept', 'access-control-allow-origin', '*'] as never); reply.raw.end('a') })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(async () => { session.close(); await app.close() })
  for (const [path, vary] of [['/send', 'Origin'], ['/implicit', 'Origin'], ['/head', 'Accept, Origin'], ['/list', 'Accept, Origin']] as const) {
    for (const [origin, expected] of [[APP, [APP, 'true']], [EVIL, [undefined, undefined]]] as const) {
      const stream = session.request({ ':path': path, origin })
      const [headers] = await once(stream, 'response') as [IncomingHttpHeaders]
      t.equal(await text(stream), 'a')
      t.strictSame([headers['access-control-allow-origin'], headers['access-control-allow-credentials']], expected, `${path} for ${origin}`)
      t.equal(headers['vary'], vary, `Vary of ${path} for ${origin}`)
    }
  }
})

t.test('whoever came before writes the head after the policy', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  const heads: unknown[] = []
  app.addHook('onRequest', async (_request, { raw }) => {
    const writeHead = raw.writeHead.bind(raw) as (...head: unknown[]) => typeof raw
    raw.writeHead = (...head: unknown[]) => {
      heads.push(head)
      return writeHead(...head)
    }
  })
  await app.register(corsPlugin, { origin: APP })
  app.get('/', async (_request, reply) => await reply.header('access-control-allow-origin', '*').send('a'))
  await app.inject({ url: '/', headers: { origin: APP } })
  t.match(heads, [[200, { vary: 'Origin', 'access-control-allow-origin': APP }]])
})
