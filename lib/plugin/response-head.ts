import type { FastifyReply } from 'fastify'
import type { Outcome } from '../policy/policy.js'
import { mergeVary } from '../protocol/vary.js'

export const ALLOW_ORIGIN = 'access-control-allow-origin'
export const ALLOW_CREDENTIALS = 'access-control-allow-credentials'
export const EXPOSE_HEADERS = 'access-control-expose-headers'

/** On a Node response: what is decided about it. */
const kDecided: unique symbol = Symbol('fastify-cors-policy.decided')

type WriteHead = (this: NodeResponse, statusCode: number, reason?: unknown, headers?: unknown) => NodeResponse

interface NodeResponse extends Pick<FastifyReply['raw'], 'getHeader' | 'getHeaderNames' | 'hasHeader' | 'removeHeader'> {
  writeHead: WriteHead
  [kDecided]?: Decided
}

/** What is decided about a response. */
interface Decided {
  outcome: Outcome
  allowOrigin: string | undefined
  /** The response's own: Node's, or that of somebody who came before. */
  readonly writeHead: WriteHead
}

/** Whether anything is decided about a response. */
export function isDecided ({ raw }: FastifyReply): boolean {
  return (raw as unknown as NodeResponse)[kDecided] !== undefined
}

/**
 * The policy's last word. Whatever handlers, hooks, other plugins, a proxied upstream or a reply past Fastify make of the
 * headers that decide who may read the response: when its head is written, they are as the policy says.
 *
 * @param allowOrigin the value of `Access-Control-Allow-Origin`; `undefined` for none
 */
export function governHead ({ raw }: FastifyReply, outcome: Outcome, allowOrigin: string | undefined): void {
  const response = raw as unknown as NodeResponse
  const decided = response[kDecided]
  if (decided === undefined) {
    response[kDecided] = { outcome, allowOrigin, writeHead: response.writeHead }
    response.writeHead = writeHead
  } else {
    decided.outcome = outcome
    decided.allowOrigin = allowOrigin
  }
}

/** In the place of the response's own; Node calls it too, where nobody has written a head before the body. */
const writeHead: WriteHead = function (statusCode, reason, headers) {
  const decided = this[kDecided] as Decided
  if (typeof reason === 'string') return decided.writeHead.call(this, statusCode, reason, governed(this, decided, headers))
  return decided.writeHead.call(this, statusCode, governed(this, decided, headers ?? reason))
}

/** Looks before it writes: nearly always Fastify hands over the headers as they were set. */
function governed (response: NodeResponse, decided: Decided, headers: unknown): unknown {
  return isAsDecided(response, decided, headers) ? headers : correct(response, decided, headers)
}

function isAsDecided (response: NodeResponse, { outcome, allowOrigin }: Decided, given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
  const headers = given as Record<string, unknown>
  const { vary, allowCredentials, exposeHeaders } = outcome
  const onNode = response.getHeaderNames()
  if (onNode.length > 0 && onNode.some(isGoverned)) return false
  if (vary !== undefined && headers['vary'] !== vary) return false
  if (headers[ALLOW_ORIGIN] !== allowOrigin) return false
  if (headers[ALLOW_CREDENTIALS] !== (allowCredentials ? 'true' : undefined)) return false
  if (exposeHeaders !== undefined && headers[EXPOSE_HEADERS] === undefined) return false
  // Fastify's names are in lower case, as those above; others may come in any.
  for (const name in headers) if (!isGoverned(name) && isGoverned(name.toLowerCase())) return false
  return true
}

function isGoverned (name: string): boolean {
  return name === ALLOW_ORIGIN || name === ALLOW_CREDENTIALS || name === 'vary'
}

/** The headers, in the form in which they were given, with the policy's in place of what they said. */
function correct (response: NodeResponse, { outcome, allowOrigin }: Decided, given: unknown): object {
  const { vary, allowCredentials, exposeHeaders } = outcome
  const headers = entriesOf(given)
  const corrected = headers.filter(([name]) => !isGoverned(name.toLowerCase()))
  const field = mergeVary(mergeVary(valuesOf(headers, 'vary').join(', '), String(response.getHeader('vary') ?? '')), vary ?? '')
  if (field !== '') corrected.push(['vary', field])
  response.removeHeader(ALLOW_ORIGIN)
  response.removeHeader(ALLOW_CREDENTIALS)
  if (allowOrigin !== undefined) corrected.push([ALLOW_ORIGIN, allowOrigin])
  if (allowCredentials) corrected.push([ALLOW_CREDENTIALS, 'true'])
  if (exposeHeaders !== undefined && !response.hasHeader(EXPOSE_HEADERS) && valuesOf(headers, EXPOSE_HEADERS).length === 0) {
    corrected.push([EXPOSE_HEADERS, exposeHeaders])
  }
  return Array.isArray(given) ? corrected.flat() : Object.fromEntries(corrected)
}

type Entry = [name: string, value: unknown]

/** Of the forms that Node takes: an object, a list of names and values by turns, a list of pairs. */
function entriesOf (headers: unknown): Entry[] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {})
  if (Array.isArray(headers[0])) return headers.map(([name, value]: unknown[]) => [String(name), value])
  return headers.flatMap((name, index) => index % 2 === 0 ? [[String(name), headers[index + 1]] satisfies Entry] : [])
}

function valuesOf (headers: readonly Entry[], wanted: string): unknown[] {
  return headers.flatMap(([name, value]) => name.toLowerCase() === wanted ? value : [])
}
