import { SAFELISTED_METHODS, serializeMethods } from '../protocol/method.js'
import type { Policy } from '../policy/policy.js'
import { hostRank, matchesHost, type HostConstraint } from './host.js'
import type { RoutePolicy } from './route-policy.js'
import type { Scope } from './scope.js'

/** A route as a preflight sees it: one method, on some hosts. */
export interface Endpoint {
  readonly method: string
  readonly host: HostConstraint
  readonly route: RoutePolicy
}

/** The routes that one instance has at one URL: what a preflight to that URL may be about. */
export class Target {
  readonly endpoints: Endpoint[] = []
  /** The targets at the same URL, this one included: other instances', or the same URL spelt otherwise. */
  readonly peers = new Set<Target>([this])
  /** The methods of routes whose patterns may match the same URLs. */
  readonly otherMethods = new Set<string>()
  readonly #lists = new Map<Policy, string>()

  /** @param dynamic whether the URL's pattern has parameters or a wildcard */
  constructor (readonly dynamic: boolean) {}

  /** The endpoint for a method, the most specific host first. */
  find (method: string, host: string | undefined): Endpoint | undefined {
    let best: Endpoint | undefined
    for (const endpoint of this.endpoints) {
      if (endpoint.method !== method || !matchesHost(endpoint.host, host)) continue
      if (best === undefined || isMoreSpecific(endpoint, best)) best = endpoint
    }
    return best
  }

  /** The scope that answers when the URL has no route for the method. */
  scopeFor (host: string | undefined): Scope | undefined {
    return this.endpoints.find(endpoint => matchesHost(endpoint.host, host))?.route.scope
  }

  /** {@link listableMethods} as a header value, made once where the host doesn't matter; `''` if there are none. */
  allowMethods (policy: Policy, host: string | undefined): string {
    let list = this.#lists.get(policy)
    if (list === undefined) {
      list = serializeListed(this.listableMethods(policy, host))
      if (this.#endpoints().every(endpoint => endpoint.host === undefined)) this.#lists.set(policy, list)
    }
    return list
  }

  /** The methods of this URL's routes that a policy's answer may name. */
  listableMethods (policy: Policy, host: string | undefined): string[] {
    return this.#endpoints()
      .filter(endpoint => matchesHost(endpoint.host, host) && isListable(endpoint, policy))
      .map(({ method }) => method)
  }

  #endpoints (): Endpoint[] {
    return [...this.peers].flatMap(peer => peer.endpoints)
  }
}

/** The URLs of a scope that have no route. */
export class Unrouted {
  readonly scope: Scope

  constructor (scope: Scope) {
    this.scope = scope
  }
}

/** Whether an endpoint comes before another one for the same method, as Fastify's router has it. */
export function isMoreSpecific (endpoint: Endpoint, other: Endpoint): boolean {
  return hostRank(endpoint.host) > hostRank(other.host)
}

/**
 * Whether a policy's answer may name the method of an endpoint: only if the policy is the endpoint's own, because a
 * browser caches each method that is listed (https://fetch.spec.whatwg.org/#concept-cache-create-entry) and would not
 * ask about it again. About the safelisted methods it never asks.
 */
export function isListable ({ method, route }: Endpoint, policy: Policy): boolean {
  return route.policy === policy || SAFELISTED_METHODS.has(method)
}

/** `''` also where there is nothing besides OPTIONS, which then is only there to answer preflights itself. */
export function serializeListed (methods: readonly string[]): string {
  return methods.every(method => method === 'OPTIONS') ? '' : serializeMethods(methods)
}
