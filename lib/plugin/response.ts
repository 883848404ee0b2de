import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Outcome } from '../policy/policy.js'
import { mergeVary } from '../protocol/vary.js'
import { kOutcome } from './augmentation.js'

const ALLOW_ORIGIN = 'access-control-allow-origin'
const ALLOW_CREDENTIALS = 'access-control-allow-credentials'
const EXPOSE_HEADERS = 'access-control-expose-headers'

/** Gives a response the headers of an outcome, and remembers it for {@link guard}. */
export function setOutcome (request: FastifyRequest, reply: FastifyReply, outcome: Outcome): void {
  request[kOutcome] = outcome
  const { vary, exposeHeaders } = outcome
  if (vary !== undefined) extendVary(reply, vary)
  const allowOrigin = allowedOrigin(request, outcome)
  if (allowOrigin !== undefined) {
    reply.header(ALLOW_ORIGIN, allowOrigin)
    if (outcome.allowCredentials) reply.header(ALLOW_CREDENTIALS, 'true')
    if (exposeHeaders !== undefined) reply.header(EXPOSE_HEADERS, exposeHeaders)
  }
  if (outcome.raw) copyToNode(reply)
}

/**
 * The policy's last word, as the last `onSend` hook of a route: whatever handlers, other plugins or a proxied upstream
 * made of the headers that decide who may read the response, they leave as the policy says.
 */
export function guard (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: (err: null, payload: unknown) => void): void {
  const outcome = request[kOutcome]
  if (outcome === undefined) {
    done(null, payload)
    return
  }
  const governed = isResponse(payload) ? adoptVary(reply, payload) : payload
  enforce(request, reply, outcome)
  done(null, governed)
}

/**
 * The same for a reply that no route with the hook ends: that to a URL without a route, or of a route that the plugin has
 * not seen. The head is looked at when it is written, after every hook of whoever added it.
 */
export function guardHead (request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = reply
  const writeHead = raw.writeHead.bind(raw) as (...args: unknown[]) => typeof raw
  raw.writeHead = (...args: unknown[]) => {
    const outcome = request[kOutcome]
    if (outcome !== undefined) {
      enforce(request, reply, outcome)
      // For a stream Fastify has already handed its headers over to Node.
      copyToNode(reply)
    }
    return writeHead(...args)
  }
}

/** Looks before it writes: nearly always everything is as {@link setOutcome} left it. */
function enforce (request: FastifyRequest, reply: FastifyReply, outcome: Outcome): void {
  const { vary } = outcome
  if (vary !== undefined && (reply.getHeader('vary') !== vary || reply.raw.hasHeader('vary'))) extendVary(reply, vary)
  setOrRemove(reply, ALLOW_ORIGIN, allowedOrigin(request, outcome))
  setOrRemove(reply, ALLOW_CREDENTIALS, outcome.allowCredentials ? 'true' : undefined)
}

function allowedOrigin ({ raw }: FastifyRequest, { allowOrigin }: Outcome): string | undefined {
  return allowOrigin === 'origin' ? raw.headers.origin : allowOrigin === '*' ? '*' : undefined
}

function extendVary (reply: FastifyReply, vary: string): void {
  const current = reply.getHeader('vary')
  if (current === undefined) {
    reply.header('vary', vary)
    return
  }
  const merged = mergeVary(current, vary)
  // A field that was set on the Node response would be replaced by Fastify's of that name.
  const onNode = reply.raw.getHeader('vary')
  reply.header('vary', onNode === undefined ? merged : mergeVary(merged, String(onNode)))
}

function setOrRemove (reply: FastifyReply, name: string, value: string | undefined): void {
  if (reply.getHeader(name) === value) return
  if (value !== undefined) reply.header(name, value)
  else reply.removeHeader(name)
}

function copyToNode (reply: FastifyReply): void {
  for (const name of ['vary', ALLOW_ORIGIN, ALLOW_CREDENTIALS, EXPOSE_HEADERS]) {
    const value = reply.getHeader(name)
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
}

function isResponse (payload: unknown): payload is Response {
  return typeof payload === 'object' && payload !== null && Object.prototype.toString.call(payload) === '[object Response]'
}

/**
 * Fastify copies the headers of a Fetch `Response` over the reply's after all `onSend` hooks. Those that the policy
 * governs are taken out of it, `Vary` into the reply's own.
 */
function adoptVary (reply: FastifyReply, response: Response): Response {
  const governed = ['vary', ALLOW_ORIGIN, ALLOW_CREDENTIALS].filter(name => response.headers.has(name))
  if (governed.length === 0 || response.bodyUsed) return response
  const vary = response.headers.get('vary')
  if (vary !== null) reply.header('vary', mergeVary(reply.getHeader('vary'), vary))
  // A copy: the headers of a response that came from fetch() are immutable.
  const headers = new Headers(response.headers)
  for (const name of governed) headers.delete(name)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}
