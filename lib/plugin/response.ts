import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Outcome } from '../policy/policy.js'
import { mergeVary } from '../protocol/vary.js'
import { ALLOW_CREDENTIALS, ALLOW_ORIGIN, EXPOSE_HEADERS, governHead, isDecided } from './response-head.js'

/**
 * Gives a response the headers of an outcome, and sees to it that they are those that leave.
 *
 * @param origin that of the request
 */
export function setOutcome (reply: FastifyReply, outcome: Outcome, origin: string | undefined): void {
  const { vary, exposeHeaders } = outcome
  const allowOrigin = outcome.allowOrigin === 'origin' ? origin : outcome.allowOrigin === '*' ? '*' : undefined
  governHead(reply, outcome, allowOrigin)
  if (vary !== undefined) extendVary(reply, vary)
  if (allowOrigin !== undefined) {
    reply.header(ALLOW_ORIGIN, allowOrigin)
    if (outcome.allowCredentials) reply.header(ALLOW_CREDENTIALS, 'true')
    if (exposeHeaders !== undefined) reply.header(EXPOSE_HEADERS, exposeHeaders)
  }
  if (outcome.raw) copyToNode(reply)
}

/**
 * The last `onSend` hook of a route: before a stream Fastify hands its headers over to Node, where its `Vary` would take
 * the place of one that a handler or a middleware has set there.
 */
export function keepNodeVary (_request: FastifyRequest, reply: FastifyReply, payload: unknown, done: (err: null, payload: unknown) => void): void {
  if (typeof payload === 'object' && payload !== null && isDecided(reply) && reply.raw.hasHeader('vary')) {
    extendVary(reply, String(reply.raw.getHeader('vary')))
  }
  done(null, payload)
}

function extendVary (reply: FastifyReply, vary: string): void {
  reply.header('vary', mergeVary(reply.getHeader('vary'), vary))
}

function copyToNode (reply: FastifyReply): void {
  for (const name of ['vary', ALLOW_ORIGIN, ALLOW_CREDENTIALS, EXPOSE_HEADERS]) {
    const value = reply.getHeader(name)
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
}
