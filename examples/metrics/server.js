import Fastify from 'fastify'
import { countRefusals } from './refusals.js'

/**
 * With prom-client this is
 *
 *   new Counter({ name: 'cors_refusals_total', help: 'Refusals by CORS', labelNames: ['code', 'preflight'] })
 *
 * and /metrics sends `await register.metrics()`. What is here needs no dependency.
 */
class Counter {
  #counts = new Map()

  inc ({ code, preflight }) {
    const labels = `code="${code}",preflight="${preflight}"`
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + 1)
  }

  text () {
    const lines = [...this.#counts].map(([labels, count]) => `cors_refusals_total{${labels}} ${count}\n`)
    return ['# TYPE cors_refusals_total counter\n', ...lines].join('')
  }
}

/** @param cors the plugin: the default export of fastify-cors-policy */
export async function build (cors) {
  const counter = new Counter()
  countRefusals(counter)

  const app = Fastify()
  await app.register(cors, { origin: 'https://app.example.com' })
  app.get('/metrics', { config: { cors: false } }, async (_request, reply) => await reply.type('text/plain; version=0.0.4').send(counter.text()))
  app.get('/users', async () => [])
  return app
}
