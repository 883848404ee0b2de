import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { createServer } from 'node:https'
import cors from '../../../lib/index.js'
import type { HttpResponse } from '../../../lib/fetch/request.js'
import type { Certificate } from '../servers/certificate.js'
import { closeServer, listen } from '../servers/listen.js'
import type { Recorder } from '../servers/recorder.js'
import type { BrokenServer } from './case.js'
import type { Setup } from './setup.js'

export interface GeneratedApi {
  readonly httpPort: number
  readonly httpsPort: number
  /** What the broken server answers to a case. */
  readonly broken: Map<string, BrokenServer>
  close (): Promise<void>
}

/** One application: every generated setup under its prefix, and the broken servers under theirs. */
export async function startGeneratedApi (setups: readonly Setup[], certificate: Certificate, recorder: Recorder): Promise<GeneratedApi> {
  const app = Fastify({ forceCloseConnections: true })
  app.addHttpMethod('PURGE', { hasBody: true })
  // Any body will do, also one whose Content-Type no one would send.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => { payload.resume().on('end', () => done(null)) })

  for (const setup of setups) {
    await app.register(async scope => {
      await scope.register(cors, setup.options)
      for (const { path, methods, cors } of setup.routes) {
        scope.route({ url: path, method: [...methods], ...(cors === undefined ? {} : { config: { cors } }), handler: answer })
      }
    }, { prefix: setup.prefix })
  }

  const broken = new Map<string, BrokenServer>()
  await app.register(async scope => addBrokenServer(scope, broken))
  await app.ready()

  recorder.attach(app.server, () => 'http://localhost')
  const httpPort = await listen(app.server)
  const secure = createServer(certificate, (request, response) => { app.routing(request, response) })
  // As Fastify does on its own server.
  secure.on('clientError', (_error, socket) => { socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n') })
  recorder.attach(secure, () => 'https://localhost')
  const httpsPort = await listen(secure)
  return {
    httpPort,
    httpsPort,
    broken,
    close: async () => {
      await closeServer(secure)
      await app.close()
    }
  }
}

interface Query {
  readonly case: string
  readonly answer?: string
}

async function answer (request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { case: id, answer } = request.query as Query
  reply.headers({
    'x-one': 'one', 'x-two': ['two', 'deux'], etag: '"etag"', vary: 'accept-encoding', 'set-cookie': 'generated=1', 'cache-control': 'no-store'
  })
  switch (answer) {
    case 'created': return reply.code(201).send('created')
    case 'missing': return reply.callNotFound()
    case 'throws': throw new Error('thrown')
    case 'invalid': return reply.code(400).send('invalid')
    case 'empty': return reply.code(204).send()
    case 'redirect': return reply.redirect(`?case=${id}&answer=ok`, 307)
    case 'own-headers': return reply.headers({ 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' }).send('own')
    default: return 'ok'
  }
}

/** Writes what the case says, header by header, past all that Fastify would add. */
function addBrokenServer (scope: FastifyInstance, broken: ReadonlyMap<string, BrokenServer>): void {
  scope.all('/broken/*', async (request, reply) => {
    const { case: id } = request.query as Query
    const server = broken.get(id) as BrokenServer
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    const isFirst = /^\/broken\/\d/.test(request.url)
    const { status, headers } = isPreflight ? server.preflight : isFirst ? server.actual : withoutLocation(server.actual)
    reply.hijack()
    reply.raw.writeHead(status, headers.flat())
    reply.raw.end()
  })
}

/** Where a redirect leads to, the same answer ends it. */
function withoutLocation ({ headers }: HttpResponse): HttpResponse {
  return { status: 200, headers: headers.filter(([name]) => name !== 'Location') }
}
