import { channel } from 'node:diagnostics_channel'
import type { FastifyRequest } from 'fastify'
import type { Refusal, RefusedRequest } from '../diagnostics/refusal.js'
import { isPreflight } from '../protocol/preflight.js'
import { hostOf } from './preflight-router.js'
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
 * Tells why a browser will keep the response from the page: on the channel, and on `request.log` at `debug`.
 *
 * @param find finds the reasons; gets the facts that every refusal tells
 */
export function reportRefusals (request: FastifyRequest, find: (refused: RefusedRequest) => Refusal[]): void {
  const refused = describe(request)
  if (refused === undefined) return
  for (const refusal of find(refused)) {
    currentTrace()?.refusals.push(refusal)
    refusals.publish({ refusal, request } satisfies RefusalMessage)
    request.log.debug({ cors: refusal }, `${refusal.message} → ${refusal.hint}`)
  }
}

function logsDebug ({ log }: FastifyRequest): boolean {
  // pino's; a logger without it says by its level.
  const { isLevelEnabled } = log as { isLevelEnabled?: (level: string) => boolean }
  return isLevelEnabled === undefined ? log.level === 'debug' || log.level === 'trace' : isLevelEnabled.call(log, 'debug')
}

/** Nothing for a request that is none of CORS's: without `Origin`, or from a page of the API's own origin. */
function describe (request: FastifyRequest): RefusedRequest | undefined {
  const { raw } = request
  const { origin } = raw.headers
  if (origin === undefined) return undefined
  const preflight = isPreflight(raw)
  if (!preflight && (raw.headers['sec-fetch-site'] === 'same-origin' || origin.endsWith(`://${hostOf(raw)}`))) return undefined
  const method = String(preflight ? raw.headers['access-control-request-method'] : raw.method)
  return { origin, method, url: String(raw.url), preflight }
}
