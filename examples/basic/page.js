import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'

/**
 * A server for the page in public/. The demo starts two: the same page on two origins.
 *
 * @param {() => { api: string, pages: string[], allowedOrigins: string }} settings what the page has to know
 */
export function buildPage (settings) {
  const app = Fastify({ forceCloseConnections: true })
  app.register(fastifyStatic, { root: fileURLToPath(new URL('public', import.meta.url)) })
  app.get('/settings.json', async () => settings())
  return app
}
