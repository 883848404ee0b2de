import type { FastifyInstance } from 'fastify'

/** The applications that were warned, by their server. */
const warned = new WeakSet<FastifyInstance['server']>()

/**
 * Tells once an application that a route was declared before the plugin had loaded, so that its `config.cors` and its
 * methods are not known.
 */
export function warnAboutUnseenRoute ({ server }: FastifyInstance, method: string, url: string): void {
  if (warned.has(server)) return
  warned.add(server)
  process.emitWarning(
    `Route ${method} ${url} was declared before fastify-cors-policy had loaded: options in its config.cors are ignored, and its preflight is answered with the policy of its scope. ` +
    'Await the registration before declaring routes: await app.register(cors, …)',
    { code: 'CORS_UNSEEN_ROUTE' }
  )
}
