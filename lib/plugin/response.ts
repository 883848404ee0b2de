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
  enforce(request, reply, outcome)
  if (outcome.exposeHeaders !== undefined) reply.header(EXPOSE_HEADERS, outcome.exposeHeaders)
  if (outcome.raw) copyToNode(reply)
}

/**
 * The policy's last word, as an `onSend` hook: whatever handlers, other plugins or a proxied upstream made of the
 * headers that decide who may read the response, they leave as the policy says.
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
 * {@link guard} for replies that no route ends with: hooks that are added to the instance later run after it. For a URL
 * without a route, the only such replies that Fastify makes, the head is looked at again when it is written.
 */
export function guardInstance (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: (err: null, payload: unknown) => void): void {
  const outcome = request[kOutcome]
  if (outcome !== undefined && request.is404) {
    const { raw } = reply
    const writeHead = raw.writeHead.bind(raw) as (...args: unknown[]) => typeof raw
    raw.writeHead = (...args: unknown[]) => {
      // Fastify hands its own headers over, by reference.
      enforce(request, reply, outcome)
      return writeHead(...args)
    }
  }
  guard(request, reply, payload, done)
}

function enforce (request: FastifyRequest, reply: FastifyReply, { allowOrigin, allowCredentials, vary }: Outcome): void {
  if (vary !== undefined) extendVary(reply, vary)
  setOrRemove(reply, ALLOW_ORIGIN, allowOrigin === 'origin' ? request.raw.headers.origin : allowOrigin === '*' ? '*' : undefined)
  setOrRemove(reply, ALLOW_CREDENTIALS, allowCredentials ? 'true' : undefined)
}

function extendVary (reply: FastifyReply, vary: string): void {
  const merged = mergeVary(reply.getHeader('vary'), vary)
  // A field that was set on the Node response would be replaced by Fastify's of that name.
  const onNode = reply.raw.getHeader('vary')
  reply.header('vary', onNode === undefined ? merged : mergeVary(merged, String(onNode)))
}

function setOrRemove (reply: FastifyReply, name: string, value: string | undefined): void {
  if (value !== undefined) reply.header(name, value)
  else if (reply.hasHeader(name)) reply.removeHeader(name)
}

function copyToNode (reply: FastifyReply): void {
  for (const name of ['vary', ALLOW_ORIGIN, ALLOW_CREDENTIALS, EXPOSE_HEADERS]) {
    const value = reply.getHeader(name)
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
}

function isResponse (payload: unknown): payload is Response {
  return typeof payload === 'object' && Object.prototype.toString.call(payload) === '[object Response]'
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
