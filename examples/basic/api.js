import Fastify from 'fastify'

const text = { type: 'string', maxLength: 100 }
const noteSchema = { type: 'object', required: ['text'], properties: { text } }
const noteOrTextSchema = { content: { 'application/json': { schema: noteSchema }, 'text/plain': { schema: text } } }

/**
 * The API: some notes, kept in memory, and a count of visits, kept in a cookie.
 *
 * @param cors the plugin: the default export of fastify-cors-policy
 * @param {{ origin: string }} options the origins whose pages may read the answers, separated by commas
 */
export async function buildApi (cors, { origin }) {
  // Browsers keep connections open for later. Closing the demo does not wait for them.
  const app = Fastify({ forceCloseConnections: true })

  await app.register(cors, {
    origin,
    credentials: true,
    // So that each run shows its preflights. Leave it out in production: browsers then remember the answer for a while.
    maxAge: 0
  })

  const notes = new Map()
  let lastId = 0

  function keep (id, text) {
    notes.set(id, { id, text })
    if (notes.size > 5) notes.delete(notes.keys().next().value)
    return { id, text }
  }

  app.get('/notes', async () => [...notes.values()])

  app.post('/notes', { schema: { body: noteOrTextSchema } }, async (request, reply) => {
    const { body } = request
    reply.code(201)
    return keep(String(++lastId), typeof body === 'string' ? body : body.text)
  })

  // The options list no methods: the plugin sees that /notes/:id has PUT and DELETE, and says so in the preflight.
  app.put('/notes/:id', { schema: { body: noteSchema } }, async (request) => keep(request.params.id, request.body.text))

  app.delete('/notes/:id', async (request, reply) => {
    notes.delete(request.params.id)
    return reply.code(204).send()
  })

  app.get('/visits', async (request, reply) => {
    const [, before = 0] = /\bvisits=(\d{1,6})\b/.exec(request.headers.cookie) ?? []
    const visits = Number(before) + 1
    reply.header('set-cookie', `visits=${visits}; HttpOnly; SameSite=Lax; Path=/`)
    return { visits }
  })

  // A route with its own policy: any page may read it, without credentials.
  app.get('/status', { config: { cors: { origin: '*', credentials: false } } }, async () => ({ status: 'ok' }))

  return app
}
