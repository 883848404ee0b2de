// A fresh process: the time from the first route to ready(), loading left out.
import Fastify from 'fastify'
import { ORIGIN } from './requests.js'

const { variant } = JSON.parse(process.argv[2])
const loaded = variant === 'this plugin'
  ? (await import('../dist/cjs/index.js')).default.default
  : (await import('@fastify/cors')).default

const start = performance.now()
const app = Fastify()
if (variant !== 'without') await app.register(loaded, { origin: [ORIGIN], credentials: true })
const methods = ['get', 'post', 'put', 'delete']
// As applications have them: four methods on a URL, half of the URLs with a parameter.
for (let index = 0; index < 250; index++) {
  const url = index % 2 === 0 ? `/resources-${index}` : `/resources-${index}/:id`
  for (const method of methods) app[method](url, (request, reply) => { reply.send('') })
}
await app.ready()
console.log(JSON.stringify({ milliseconds: performance.now() - start }))
