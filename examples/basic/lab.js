import { createServer } from 'node:http'
import Fastify from 'fastify'
import { buildApi } from './api.js'

/** How many requests are remembered until somebody asks for them. */
const MAX_EXCHANGES = 20

/**
 * The API behind one port, built anew with each policy that somebody wants to try, and a record of what it was asked
 * and what it answered.
 */
export class Lab {
  #cors
  #app
  #exchanges = []
  /** What is in force: `{ options, authentication }`. */
  setup

  /** @param cors the plugin: the default export of fastify-cors-policy */
  constructor (cors) {
    this.#cors = cors
    // Fastify only listens here, to all that localhost stands for; what arrives goes to the API of the moment.
    // Browsers keep connections open for later. Closing the demo does not wait for them.
    this.server = Fastify({
      forceCloseConnections: true,
      serverFactory: () => createServer((request, response) => this.#handle(request, response))
    })
  }

  /**
   * Starts the API with this policy, instead of the one before.
   *
   * @throws CorsOptionsError if the plugin refuses it; the one before then stays in force
   */
  async apply (setup) {
    const app = await buildApi(this.#cors, setup.options, setup.authentication)
    app.addHook('onResponse', async (request, reply) => this.#answered(request.raw, reply))
    await app.ready()
    const former = this.#app
    this.#app = app
    this.#exchanges = []
    this.setup = setup
    await former?.close()
  }

  explain (request) {
    return this.#app.cors.explain(request)
  }

  /** The requests that really arrived since the last policy was applied, with their answers. */
  get exchanges () {
    return this.#exchanges.map(({ raw, ...exchange }) => exchange)
  }

  #handle (request, response) {
    if (this.#exchanges.length === MAX_EXCHANGES) this.#exchanges.shift()
    const { method, url, rawHeaders } = request
    const headers = rawHeaders.flatMap((name, index) => index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1]]] : [])
    this.#exchanges.push({ raw: request, request: { method, url, headers } })
    this.#app.routing(request, response)
  }

  /** The requests that `explain` makes up go through the same hooks, but never arrived. */
  #answered (raw, reply) {
    const exchange = this.#exchanges.find(exchange => exchange.raw === raw)
    if (exchange === undefined) return
    const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) => [value].flat().map(one => [name, String(one)]))
    exchange.response = { status: reply.statusCode, headers }
  }
}
