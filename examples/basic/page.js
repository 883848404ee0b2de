import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'
import { readJson, writeJson } from './public/options.js'

const string = { type: 'string', maxLength: 10_000 }

// The options come as JSON in a string, because of the RegExps in it: see public/options.js.
const setupSchema = {
  type: 'object',
  required: ['options', 'authentication'],
  properties: { options: string, authentication: { enum: ['none', 'before', 'after'] } }
}

const requestSchema = {
  type: 'object',
  required: ['origin', 'method', 'path', 'headers', 'credentials'],
  properties: {
    origin: string,
    method: string,
    path: { ...string, pattern: '^/' },
    headers: { type: 'object', additionalProperties: string },
    credentials: { enum: ['omit', 'same-origin', 'include'] }
  }
}

/**
 * A server for the page in public/, and for what the page asks about the API. The demo starts two: the same page on
 * two origins.
 *
 * @param lab the API that the page tries policies on
 * @param validate `validateCorsOptions` of fastify-cors-policy
 * @param {() => { api: string, pages: string[] }} settings the origins of the API and of the two pages
 */
export function buildPage (lab, validate, settings) {
  const app = Fastify({ forceCloseConnections: true })
  // JSON only: no page of another origin can send it without a preflight, and nobody here answers preflights.
  app.removeContentTypeParser('text/plain')
  app.register(fastifyStatic, { root: fileURLToPath(new URL('public', import.meta.url)) })

  app.get('/settings.json', async () => {
    const { options, authentication } = lab.setup
    return { ...settings(), setup: { options: writeJson(options), authentication } }
  })

  /**
   * Pages of other origins may not touch the policy. CORS would not keep them from it, as the demo shows: it only
   * hides the answer. The Host has to be ours too, or a name that was pointed here (DNS rebinding) would have it.
   */
  async function ownPageOnly (request, reply) {
    const { origin, host, 'sec-fetch-site': site = 'same-origin' } = request.headers
    if (settings().pages.includes(origin) && origin === `http://${host}` && site === 'same-origin') return
    return reply.code(403).send({ message: "Only the demo's own page may ask for this" })
  }

  // What the page sent cannot be read: no JSON, no RegExp, no URL.
  app.setErrorHandler(async (error, request, reply) => {
    if (error instanceof SyntaxError || error instanceof TypeError) reply.code(400)
    throw error
  })

  app.post('/validate', { onRequest: ownPageOnly, schema: { body: setupSchema } }, async (request) => {
    return { issues: validate(readJson(request.body.options)) }
  })

  app.post('/apply', { onRequest: ownPageOnly, schema: { body: setupSchema } }, async (request) => {
    const { options, authentication } = request.body
    try {
      await lab.apply({ options: readJson(options), authentication })
      return { issues: [] }
    } catch (error) {
      if (error.code !== 'CORS_INVALID_OPTIONS') throw error
      return { issues: error.issues, message: `${error.name}: ${error.message}` }
    }
  })

  app.post('/explain', { onRequest: ownPageOnly, schema: { body: requestSchema } }, async (request) => {
    const { path, ...asked } = request.body
    // What explain asks never arrives at the server's port, so it makes no difference to what was recorded there.
    const explanation = await lab.explain({ ...asked, url: settings().api + path })
    const { options } = explanation.cure ?? {}
    return { explanation, cureOptions: options && writeJson(options), exchanges: lab.exchanges }
  })

  return app
}
