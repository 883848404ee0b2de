let warned = false

/**
 * Tells once a process that a route was declared before the plugin had loaded, so that its `config.cors` and its
 * methods are not known.
 */
export function warnAboutUnseenRoute (method: string, url: string): void {
  if (warned) return
  warned = true
  process.emitWarning(
    `Route ${method} ${url} was declared before fastify-cors-policy had loaded: its config.cors is ignored, and its preflight is answered with the policy of its scope. ` +
    'Await the registration before declaring routes: await app.register(cors, …)',
    { code: 'CORS_UNSEEN_ROUTE' }
  )
}
