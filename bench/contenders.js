// Who is compared. Each makes the request listener of an application with the same route, and loads only what it needs.
import { subscribe } from 'node:diagnostics_channel'
import { answerTo } from './answers.js'
import { configurations, peerOptions } from './configurations.js'

const BODY = { hello: 'world' }

/** A Fastify application; the same Fastify for all. */
async function fastify (set) {
  const { default: Fastify } = await import('fastify')
  const app = Fastify()
  await set(app)
  await app.ready()
  return app.routing
}

function addRoutes (app, config = {}) {
  app.get('/resource', { config }, (request, reply) => { reply.send(BODY) })
  app.put('/resource', { config }, (request, reply) => { reply.send(BODY) })
}

async function plugin ({ configuration }) {
  const { default: cors } = await import('../dist/cjs/index.js')
  const { options, route } = configurations[configuration]
  return fastify(async app => {
    await app.register(cors.default, options)
    addRoutes(app, route && { cors: route })
  })
}

async function fastifyCors (options, route) {
  const { default: cors } = await import('@fastify/cors')
  return fastify(async app => {
    await app.register(cors, options)
    addRoutes(app, route && { cors: route })
  })
}

/** `cors` has no promises. */
function withCallback (options) {
  const { origin } = options
  return typeof origin !== 'function'
    ? options
    : { ...options, origin (value, callback) { origin(value).then(allowed => callback(null, allowed), callback) } }
}

export const contenders = {
  /** With an OPTIONS route of its own, so that a preflight is answered there too. */
  'bare Fastify': () => fastify(app => {
    addRoutes(app)
    app.options('/resource', (request, reply) => { reply.code(204).send() })
  }),

  /** The plugin's headers, whatever is asked. */
  floor: lane => {
    const { status, headers, body } = answerTo(lane)
    const set = reply => { for (const [name, value] of headers) reply.header(name, value) }
    return fastify(app => {
      if (lane.request.startsWith('preflight')) {
        app.options('/resource', (request, reply) => {
          set(reply)
          reply.code(status).send(body)
        })
      } else {
        app.addHook('onRequest', (request, reply, done) => {
          set(reply)
          done()
        })
      }
      addRoutes(app)
    })
  },

  'this plugin': plugin,

  'this plugin, listened to': lane => {
    subscribe('fastify-cors-policy:refusal', () => {})
    return plugin(lane)
  },

  '@fastify/cors': ({ configuration }) =>
    fastifyCors(peerOptions(configurations[configuration]), configurations[configuration].route),

  /** A single origin as a string: sent whoever asks, without a look at the request and without `Vary`. */
  '@fastify/cors, string': ({ configuration }) => {
    const options = peerOptions(configurations[configuration])
    return fastifyCors({ ...options, origin: options.origin[0] })
  },

  'cors in @fastify/middie': async ({ configuration }) => {
    const { default: middie } = await import('@fastify/middie')
    const { default: cors } = await import('cors')
    return fastify(async app => {
      await app.register(middie)
      app.use(cors(withCallback(peerOptions(configurations[configuration]))))
      addRoutes(app)
    })
  },

  'Express, cors': async ({ configuration }) => {
    const { default: express } = await import('express')
    const { default: cors } = await import('cors')
    const app = express()
    app.use(cors(withCallback(peerOptions(configurations[configuration]))))
    app.get('/resource', (request, response) => { response.json(BODY) })
    app.put('/resource', (request, response) => { response.json(BODY) })
    return app
  },

  'Hono, its cors': async ({ configuration }) => {
    const [{ Hono }, { cors }, { getRequestListener }] =
      await Promise.all([import('hono'), import('hono/cors'), import('@hono/node-server')])
    const { origin, credentials, methods, allowedHeaders, maxAge } = peerOptions(configurations[configuration])
    const app = new Hono()
    app.use(cors({ origin, credentials, allowMethods: methods, allowHeaders: allowedHeaders, maxAge }))
    app.get('/resource', context => context.json(BODY))
    app.put('/resource', context => context.json(BODY))
    return getRequestListener(app.fetch)
  }
}
