import { createServer } from 'node:https'
import { PassThrough } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import cors, { type CorsOptions } from '../../../lib/index.js'
import type { Certificate } from '../servers/certificate.js'
import { closeServer, listen } from '../servers/listen.js'
import type { Pages } from '../servers/pages.js'
import type { Recorder } from '../servers/recorder.js'

export interface Api {
  /** Same site as most pages, never the same origin. */
  readonly http: string
  readonly https: string
  /** The same server by another name. */
  readonly other: string
  close (): Promise<void>
}

/** One pixel. */
const IMAGE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PURGE']

/** The application that the scenarios talk to: one scope a policy, the same few routes in most. */
export async function startApi (pages: Pages, font: Buffer | undefined, certificate: Certificate, recorder: Recorder): Promise<Api> {
  const app = Fastify({ forceCloseConnections: true })
  app.addHttpMethod('PURGE', { hasBody: true })
  const trusted = [pages.get('localhost').origin, pages.get('subdomain').origin, pages.get('secure').origin]

  const scope = (prefix: string, options: CorsOptions, routes: (scope: FastifyInstance) => void) => app.register(async scope => {
    await scope.register(cors, options)
    routes(scope)
  }, { prefix })

  await scope('/open', { origin: '*' }, scope => {
    addThings(scope)
    addAssets(scope, font)
  })
  await scope('/listed', {
    origin: trusted,
    credentials: true,
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Custom'],
    exposedHeaders: ['X-Exposed']
  }, scope => {
    addThings(scope)
    addAssets(scope, font)
    addSession(scope)
    addErrors(scope)
    addRedirects(scope)
  })
  await scope('/raw', { origin: trusted, credentials: true, rawHeaders: true }, scope => { addEvents(scope) })
  await scope('/null', { origin: 'null', dangerouslyAllow: ['null-origin'] }, addThings)
  await scope('/pattern', { origin: 'http://*.localhost:*', credentials: true }, addThings)
  await scope('/wildcards', { origin: '*', methods: '*', allowedHeaders: '*', exposedHeaders: '*' }, addThings)
  await scope('/mirrored', { origin: trusted, credentials: true, methods: '*', allowedHeaders: '*' }, addThings)
  await scope('/cached', { origin: trusted, maxAge: 600 }, addThings)
  await scope('/uncached', { origin: trusted, maxAge: 0 }, addThings)
  await scope('/overrides', { origin: trusted }, scope => {
    scope.route({ method: METHODS, url: '/inherited', handler: echo })
    scope.route({ method: METHODS, url: '/none', config: { cors: false }, handler: echo })
    scope.route({ method: METHODS, url: '/others', config: { cors: { origin: pages.get('address').origin } }, handler: echo })
    scope.route({ method: METHODS, url: '/headers', config: { cors: { allowedHeaders: ['X-Route'] } }, handler: echo })
    scope.route({ method: METHODS, url: '/methods', config: { cors: { methods: ['GET'] } }, handler: echo })
  })
  await scope('/parent', { origin: pages.get('localhost').origin }, scope => {
    addThings(scope)
    scope.register(async child => {
      await child.register(cors, { origin: pages.get('address').origin })
      addThings(child)
    }, { prefix: '/child' })
    scope.register(async child => { addThings(child) }, { prefix: '/heir' })
  })
  await scope('/sibling', { origin: pages.get('address').origin }, addThings)
  await app.register(async scope => {
    await scope.register(cors, { origin: trusted })
    scope.route({ method: METHODS, url: '/unprefixed', handler: echo })
  })
  // No plugin here, and a path that begins like one that has it.
  await app.register(async scope => { addThings(scope) }, { prefix: '/listedbutnot' })
  app.route({ method: METHODS, url: '/outside', handler: echo })
  await app.ready()

  recorder.attach(app.server, () => 'http://localhost')
  const port = await listen(app.server)
  const secure = createServer(certificate, (request, response) => { app.routing(request, response) })
  recorder.attach(secure, () => 'https://localhost')
  const securePort = await listen(secure)
  return {
    http: `http://localhost:${port}`,
    https: `https://localhost:${securePort}`,
    other: `http://127.0.0.1:${port}`,
    close: async () => {
      await closeServer(secure)
      await app.close()
    }
  }
}

async function echo (request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.headers({ 'x-exposed': 'exposed', 'x-hidden': 'hidden', 'cache-control': 'no-store' })
  return {
    method: request.method,
    body: request.body,
    authorization: request.headers.authorization,
    custom: request.headers['x-custom'],
    cookie: request.headers.cookie
  }
}

function addThings (scope: FastifyInstance): void {
  scope.route({ method: METHODS, url: '/things/:id', handler: echo })
  scope.route({ method: ['GET', 'POST'], url: '/', handler: echo })
}

function addSession (scope: FastifyInstance): void {
  scope.get('/login', async (_request, reply) => {
    reply.header('set-cookie', 'session=secret; Path=/; HttpOnly; SameSite=Lax')
    return 'in'
  })
}

function addErrors (scope: FastifyInstance): void {
  scope.get('/throws', async () => { throw new Error('thrown') })
  scope.post('/validated', {
    schema: { body: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } }
  }, echo)
}

function addRedirects (scope: FastifyInstance): void {
  scope.route({
    method: METHODS,
    url: '/redirect',
    handler: async (request, reply) => {
      const { to, status } = request.query as { to: string, status: string }
      return reply.redirect(to, Number(status))
    }
  })
}

function addAssets (scope: FastifyInstance, font: Buffer | undefined): void {
  scope.get('/module.js', async (_request, reply) => reply.type('text/javascript').send('window.moduleRan = true\nexport {}\n'))
  scope.get('/image.png', async (_request, reply) => reply.type('image/png').send(IMAGE))
  scope.get('/font', async (_request, reply) => reply.type('font/ttf').send(font))

  let goOn: () => void = () => {}
  scope.get('/stream', async (_request, reply) => {
    const stream = new PassThrough()
    goOn = () => { stream.end('second') }
    stream.write('first ')
    return reply.type('text/plain').send(stream)
  })
  scope.post('/stream', async () => {
    goOn()
    return 'on'
  })
}

/** Server-sent events, the way that bypasses Fastify. */
function addEvents (scope: FastifyInstance): void {
  scope.get('/events', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write(`data: ${JSON.stringify({ cookie: request.headers.cookie ?? null })}\n\n`)
  })
}
