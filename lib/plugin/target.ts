import { SAFELISTED_METHODS, serializeMethods } from '../protocol/method.js'
import type { Policy } from '../policy/policy.js'
import type { RoutePolicy } from './route-policy.js'
import type { Scope } from './scope.js'

/** A route's `host` constraint. */
export type HostConstraint = string | RegExp | undefined

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
  readonly #lists = new Map<Policy, string>()

  /** The endpoint for a method, the most specific host first, as Fastify's router has it. */
  find (method: string, host: string | undefined): Endpoint | undefined {
    let best: Endpoint | undefined
    for (const endpoint of this.endpoints) {
      if (endpoint.method === method && matchesHost(endpoint, host) && (best === undefined || rank(endpoint) > rank(best))) {
        best = endpoint
      }
    }
    return best
  }

  /** The scope that answers when the URL has no route for the method. */
  scopeFor (host: string | undefined): Scope | undefined {
    return this.endpoints.find(endpoint => matchesHost(endpoint, host))?.route.scope
  }

  /**
   * The methods at this URL that a policy's answer may name, as a header value: those whose routes have the same policy
   * (a browser caches each method that is listed, and would not ask about it again), and the safelisted ones, about
   * which it never asks. `''` if there are none besides OPTIONS, which then only answers preflights itself.
   */
  allowMethods (policy: Policy, host: string | undefined): string {
    let list = this.#lists.get(policy)
    if (list === undefined) {
      const endpoints = [...this.peers].flatMap(peer => peer.endpoints)
      list = serializeListed(endpoints.filter(endpoint => matchesHost(endpoint, host)), policy)
      if (endpoints.every(endpoint => endpoint.host === undefined)) this.#lists.set(policy, list)
    }
    return list
  }
}

/** The URLs of a scope that have no route. */
export class Unrouted {
  readonly scope: Scope

  constructor (scope: Scope) {
    this.scope = scope
  }
}

/** The more specific of two endpoints for the same method; the first where they are equal. */
export function moreSpecific (a: Endpoint | undefined, b: Endpoint | undefined): Endpoint | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return rank(b) > rank(a) ? b : a
}

function serializeListed (endpoints: Endpoint[], policy: Policy): string {
  const methods = endpoints
    .filter(({ method, route }) => route.policy === policy || SAFELISTED_METHODS.has(method))
    .map(({ method }) => method)
  return methods.every(method => method === 'OPTIONS') ? '' : serializeMethods(methods)
}

function matchesHost ({ host }: Endpoint, requested: string | undefined): boolean {
  if (host === undefined) return true
  if (requested === undefined) return false
  // search(), unlike test(), has no lastIndex.
  return typeof host === 'string' ? host === requested : requested.search(host) !== -1
}

function rank ({ host }: Endpoint): number {
  return host === undefined ? 0 : typeof host === 'string' ? 2 : 1
}
