import type { IncomingMessage } from 'node:http'
import type { Policy } from '../policy/policy.js'
import { isPreflight, requestedMethod } from '../protocol/preflight.js'
import { hostOf } from './host.js'
import type { PreflightRouter } from './preflight-router.js'
import type { Scope } from './scope.js'
import { isMoreSpecific, Unrouted, type Endpoint, type Target } from './target.js'

/** On a Node request: what the router has found for this preflight. */
const kSubject = Symbol('fastify-cors-policy.subject')

/** What a preflight is about: the routes at its URL, and the policy that counts for the one that it asks for. */
export interface PreflightSubject {
  readonly policy: Policy
  readonly target: Target
}

type PreflightRequest = IncomingMessage & { [kSubject]?: PreflightSubject }

/** What this preflight is about, as far as the plugin has seen a route for it. */
export function preflightSubject (request: IncomingMessage): PreflightSubject | undefined {
  return (request as PreflightRequest)[kSubject]
}

/** Asks Fastify's router for the target of a method at a URL, without a request. */
export class Probe {
  endpoint: Endpoint | undefined
  constructor (readonly method: string, readonly host: string | undefined) {}
}

/**
 * The storage of the constraint at one node of Fastify's router: what stands at one URL. The router numbers the routes
 * of the node by the bits of a mask, and asks which of them a request may go to.
 */
export class Resource {
  readonly #router: PreflightRouter
  readonly #targets: Array<{ target: Target, mask: number }> = []
  #unrouted: { scope: Scope, mask: number } | undefined

  constructor (router: PreflightRouter) {
    this.#router = router
  }

  set (index: number, mask: number): void {
    const standsFor = this.#router.standsFor(index)
    if (standsFor instanceof Unrouted) {
      this.#unrouted ??= { scope: standsFor.scope, mask }
      return
    }
    for (const { target } of this.#targets) {
      target.peers.add(standsFor)
      standsFor.peers.add(target)
    }
    this.#targets.push({ target: standsFor, mask })
  }

  get (request: PreflightRequest | Probe | number): number {
    // While it builds the node, the router asks for the mask so far of a value; none of ours comes twice.
    if (typeof request === 'number') return 0
    if (request instanceof Probe) return this.#probe(request)
    if (isPreflight(request)) return this.#maskForPreflight(request)
    return this.#unrouted !== undefined && !this.#router.hasRoute(request.method as string, request) ? this.#unrouted.mask : 0
  }

  #probe (probe: Probe): number {
    const found = this.#find(probe.method, probe.host)
    if (found === undefined) return 0
    probe.endpoint = found.endpoint
    return found.mask
  }

  #maskForPreflight (request: PreflightRequest): number {
    // A node that comes before this one in the router's order has the target, and its policy does not answer.
    if (request[kSubject] !== undefined) return 0
    const method = requestedMethod(request.headers)
    const host = hostOf(request)
    if (method !== undefined) {
      const found = this.#find(method, host)
      if (found !== undefined && !(found.target.dynamic && this.#router.isShadowed(method, request))) {
        return this.#answerOrLeave(request, found, found.endpoint.route.policy)
      }
      if (this.#router.hasRoute(method, request)) return this.#maskForForeignRoute(method, request)
    }
    for (const candidate of this.#targets) {
      const scope = candidate.target.scopeFor(host)
      if (scope !== undefined) return this.#answerOrLeave(request, candidate, scope.policy)
    }
    return this.#unrouted?.mask ?? 0
  }

  /** The target is a route elsewhere: of another node, of another scope, or one that was declared too early. */
  #maskForForeignRoute (method: string, request: PreflightRequest): number {
    if (this.#unrouted === undefined || this.#unrouted.scope.sawOwnRoutes) return 0
    return this.#router.findEndpoint(method, request) === undefined ? this.#unrouted.mask : 0
  }

  #answerOrLeave (request: PreflightRequest, { target, mask }: { target: Target, mask: number }, policy: Policy): number {
    request[kSubject] = { policy, target }
    // Else the router goes on to the application's own OPTIONS routes.
    return policy.origins.kind !== 'none' && policy.answersPreflight === 'yes' ? mask : 0
  }

  #find (method: string, host: string | undefined): { target: Target, mask: number, endpoint: Endpoint } | undefined {
    let best: { target: Target, mask: number, endpoint: Endpoint } | undefined
    for (const { target, mask } of this.#targets) {
      const endpoint = target.find(method, host)
      if (endpoint === undefined) continue
      if (best === undefined || isMoreSpecific(endpoint, best.endpoint)) best = { target, mask, endpoint }
    }
    return best
  }
}
