import Fastify from 'fastify'

const text = { type: 'string', maxLength: 100 }
const noteSchema = { type: 'object', required: ['text'], properties: { text } }
const noteOrTextSchema = { content: { 'application/json': { schema: noteSchema }, 'text/plain': { schema: text } } }

/**
 * The API: some notes, kept in memory, and a count of visits, kept in a cookie.
 *
 * @param cors the plugin: the default export of fastify-cors-policy
 * @param {import('fastify-cors-policy').CorsOptions} options the plugin's options
 * @param {'none' | 'before' | 'after'} authentication whether requests need `Authorization: Bearer demo`, and whether
 *   the hook that looks at it comes before the plugin (a mistake) or after it
 */
export async function buildApi (cors, options, authentication = 'none') {
  const app = Fastify()

  if (authentication === 'before') app.addHook('onRequest', authenticate)
  await app.register(cors, options)
  if (authentication === 'after') app.addHook('onRequest', authenticate)

  const notes = new Map([['1', { id: '1', text: 'The first note' }]])
  let lastId = 1

  function keep (id, text) {
    notes.set(id, { id, text })
    if (notes.size > 5) notes.delete(notes.keys().next().value)
    return { id, text }
  }

  app.get('/notes', async (request, reply) => {
    reply.header('x-total-count', notes.size)
    return [...notes.values()]
  })

  app.post('/notes', { schema: { body: noteOrTextSchema } }, async (request, reply) => {
    const { body } = request
    reply.code(201)
    return keep(String(++lastId), typeof body === 'string' ? body : body.text)
  })

  // Nobody lists methods: the plugin sees that /notes/:id has PUT and DELETE, and says so in the preflight.
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

  // A route without CORS: no page of another origin may read it, whatever the policy is.
  app.get('/internal', { config: { cors: false } }, async () => ({ secret: 42 }))

  return app
}

async function authenticate (request, reply) {
  if (request.headers.authorization !== 'Bearer demo') return reply.code(401).send({ message: 'Who are you?' })
}
