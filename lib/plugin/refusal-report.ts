import { channel } from 'node:diagnostics_channel'
import type { FastifyRequest } from 'fastify'
import type { Refusal, RefusedRequest } from '../diagnostics/refusal.js'
import { isPreflight } from '../protocol/preflight.js'
import { hostOf } from './host.js'
import { currentTrace } from './trace.js'

/** The name of the `node:diagnostics_channel` that tells every refusal. */
export const REFUSAL_CHANNEL = 'fastify-cors-policy:refusal'

/** What the channel's subscribers get. */
export interface RefusalMessage {
  readonly refusal: Refusal
  readonly request: FastifyRequest
}

const refusals = channel(REFUSAL_CHANNEL)

/** Whether anybody wants to know: while nobody does, a reason is not even looked for. */
export function isWatched (request: FastifyRequest): boolean {
  return refusals.hasSubscribers || currentTrace() !== undefined || logsDebug(request)
}

/**
 * Tells why a browser will keep the response from the page: on the channel, and on `request.log` at `debug`. What
 * `explain` asks for is nobody's request, and is told to it alone.
 *
 * @param find finds the reasons; gets the facts that every refusal tells
 */
export function reportRefusals (request: FastifyRequest, find: (refused: RefusedRequest) => Refusal[]): void {
  const trace = currentTrace()
  if (trace !== undefined) {
    trace.refusals.push(...find(describe(request)))
    return
  }
  if (!asksForCors(request)) return
  for (const refusal of find(describe(request))) {
    refusals.publish({ refusal, request } satisfies RefusalMessage)
    request.log.debug({ cors: refusal }, `${refusal.message} → ${refusal.hint}`)
  }
}

function logsDebug ({ log }: FastifyRequest): boolean {
  // pino's; a logger without it says by its level.
  const { isLevelEnabled } = log as { isLevelEnabled?: (level: string) => boolean }
  return isLevelEnabled === undefined ? log.level === 'debug' || log.level === 'trace' : isLevelEnabled.call(log, 'debug')
}

/**
 * Whether the request is one of CORS's: not without `Origin`, nor a form that was sent or a WebSocket, nor from a page of
 * the API's own origin. Of browsers that don't say so (https://w3c.github.io/webappsec-fetch-metadata/) the host tells.
 */
function asksForCors ({ raw }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-mode': mode = 'cors', 'sec-fetch-site': site } = raw.headers
  if (origin === undefined) return false
  if (isPreflight(raw)) return true
  return mode === 'cors' && (site === undefined ? !origin.endsWith(`://${hostOf(raw)}`) : site !== 'same-origin')
}

function describe ({ raw }: FastifyRequest): RefusedRequest {
  const preflight = isPreflight(raw)
  const method = String(preflight ? raw.headers['access-control-request-method'] : raw.method)
  return { origin: String(raw.headers.origin), method, url: String(raw.url), preflight }
}
