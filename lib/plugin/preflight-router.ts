import type { IncomingMessage, Server } from 'node:http'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { CorsOptionsError } from '../policy/issue.js'
import type { Policy } from '../policy/policy.js'
import { isForbiddenMethod, serializeMethods } from '../protocol/method.js'
import { kStandsFor } from './augmentation.js'
import { hostOf, statelessHost, type HostConstraint } from './host.js'
import { isDynamic, mayOverlap, segmentsOf } from './overlap.js'
import { Probe, Resource } from './resource.js'
import type { RoutePolicy } from './route-policy.js'
import type { Scope } from './scope.js'
import { isListable, serializeListed, Target, Unrouted, type Endpoint } from './target.js'

/** The name of the route constraint. It ends up in generated code, and so is an identifier. */
export const CONSTRAINT = 'corsPolicy'

/** What `onRoute` hooks get besides the route's options. */
export type AnnouncedRoute = RouteOptions & { routePath: string, path: string, prefix: string }

/**
 * Finds the target route of a preflight with Fastify's own router: each URL with routes gets an OPTIONS route under a
 * constraint that only a preflight meets, and only one whose target is there. One for an application.
 */
export class PreflightRouter {
  static readonly #ofServer = new WeakMap<Server, PreflightRouter>()

  readonly #application: FastifyInstance
  readonly #constrained: Array<Target | Unrouted> = []
  readonly #targets = new Map<FastifyInstance, Map<string, Target>>()
  readonly #routes: RoutePolicy[] = []
  /** Whether the plugin is registered at the root, so that its hook runs for every request. */
  #atRoot = false
  /** Whether it was so before any route, and has seen them all. */
  #complete = false

  /** The application's router for preflights, made when the plugin is first registered anywhere in it. */
  static of (instance: FastifyInstance): PreflightRouter {
    let router = PreflightRouter.#ofServer.get(instance.server)
    if (router === undefined) {
      router = new PreflightRouter(instance)
      PreflightRouter.#ofServer.set(instance.server, router)
    }
    return router
  }

  private constructor (instance: FastifyInstance) {
    this.#application = instance
    instance.addConstraintStrategy({
      name: CONSTRAINT,
      storage: () => new Resource(this),
      // The request itself: the storages look at as much of it as they need.
      deriveConstraint: (request: IncomingMessage) => request,
      mustMatchWhenDerived: false
    } as unknown as Parameters<FastifyInstance['addConstraintStrategy']>[0])
    instance.addHook('onReady', async () => { this.#settle() })
  }

  /**
   * Takes note of a registration at the root.
   *
   * @param complete whether it has seen, or will see, every route of the application
   */
  addRoot (complete: boolean): void {
    this.#atRoot = true
    this.#complete = complete
  }

  /** Takes note of a route, and gives its URL an OPTIONS route if it has none. */
  add (instance: FastifyInstance, announced: AnnouncedRoute, route: RoutePolicy): void {
    this.#routes.push(route)
    let targets = this.#targets.get(instance)
    if (targets === undefined) this.#targets.set(instance, targets = new Map())
    let target = targets.get(announced.url)
    const isNew = target === undefined
    if (target === undefined) targets.set(announced.url, target = new Target(isDynamic(announced.url)))
    const host = statelessHost(announced.constraints?.['host'] as HostConstraint)
    for (const method of [announced.method].flat()) target.endpoints.push({ method, host, route })
    if (isNew) this.#addOptionsRoute(instance, announced, target, route.policy)
  }

  #addOptionsRoute (instance: FastifyInstance, announced: AnnouncedRoute, target: Target, policy: Policy): void {
    const { routePath, prefix, prefixTrailingSlash } = announced
    instance.route({
      ...this.#constrainedRoute(target, policy),
      method: 'OPTIONS',
      // '/' under a prefix is announced as '', once for the two URLs that it may be.
      url: routePath === '' && prefix !== '' ? '/' : routePath,
      ...(prefixTrailingSlash === undefined ? {} : { prefixTrailingSlash })
    })
  }

  /** Makes the URLs without a route below a scope's prefix the scope's own: preflights and actual requests. */
  addUnrouted (instance: FastifyInstance, scope: Scope): void {
    const route = this.#constrainedRoute(new Unrouted(scope), { ...scope.policy, hideOptionsRoute: true })
    for (const url of ['', '/*']) {
      // Not the handler but the last onRequest hook ends the request: the body of an unknown URL is not worth parsing.
      instance.route({ ...route, method: instance.supportedMethods as string[], url, exposeHeadRoute: false, onRequest: notFound })
    }
  }

  #constrainedRoute (standsFor: Target | Unrouted, { hideOptionsRoute, logLevel }: Policy) {
    // `hide` is @fastify/swagger's addition to Fastify's schemas.
    const schema: FastifySchema & { hide: boolean } = { hide: hideOptionsRoute }
    return {
      constraints: { [CONSTRAINT]: this.#constrained.push(standsFor) - 1 },
      config: { [kStandsFor]: standsFor },
      schema,
      ...(logLevel === undefined ? {} : { logLevel }),
      handler: notFound
    }
  }

  /** @internal What a constraint's value stands for. */
  standsFor (index: number): Target | Unrouted {
    return this.#constrained[index] as Target | Unrouted
  }

  /** Whether the application has a route, the plugin's own left out. */
  hasRoute (method: string, request: IncomingMessage): boolean {
    // The router looks methods up in upper case; a browser that asks for `patch` would send just that.
    return method === method.toUpperCase() &&
      this.#route(method, request, { host: hostOf(request), version: request.headers['accept-version'] }) !== null
  }

  /** The endpoint for a method at the request's URL, among the routes that the plugin has seen. */
  findEndpoint (method: string, request: IncomingMessage): Endpoint | undefined {
    const probe = new Probe(method, hostOf(request))
    this.#route('OPTIONS', request, { host: probe.host, [CONSTRAINT]: probe })
    return probe.endpoint
  }

  /** @param derived what the router would have derived from a request; its type wants strings */
  #route (method: string, request: IncomingMessage, derived: Record<string, unknown>): ReturnType<FastifyInstance['findRoute']> | null {
    return this.#application.findRoute({ method, url: request.url as string, constraints: derived as Record<string, string> })
  }

  /** What an answer to a preflight may list: the methods at the target's URL, those of other patterns included. */
  allowMethods (target: Target, policy: Policy, request: IncomingMessage): string {
    const host = hostOf(request)
    if (target.otherMethods.size === 0) return target.allowMethods(policy, host)
    const methods = target.listableMethods(policy, host)
    for (const method of target.otherMethods) {
      const endpoint = methods.includes(method) ? undefined : this.findEndpoint(method, request)
      if (endpoint !== undefined && isListable(endpoint, policy)) methods.push(method)
    }
    return serializeListed(methods)
  }

  /**
   * Whether the route for a method at the request's URL is one that the plugin has not seen, although it has seen one
   * that would match. Routes with different patterns give different parameters.
   */
  isShadowed (method: string, request: IncomingMessage): boolean {
    if (this.#complete) return false
    const host = hostOf(request)
    const actual = this.#route(method, request, { host, version: request.headers['accept-version'] })
    const seen = this.#route('OPTIONS', request, { host, [CONSTRAINT]: new Probe(method, host) })
    return actual !== null && seen !== null && JSON.stringify(actual.params) !== JSON.stringify(seen.params)
  }

  /** Whether the plugin's hook runs for a request, whoever's route it is. */
  covers (request: IncomingMessage): boolean {
    const method = request.method as string
    if (this.#atRoot) return true
    if (this.hasRoute(method, request)) return this.findEndpoint(method, request) !== undefined && !this.isShadowed(method, request)
    return this.#route(method, request, { host: hostOf(request), [CONSTRAINT]: request }) !== null
  }

  /** Every route that the plugin has seen, in the order of their declaration. */
  * routes (): Iterable<{ readonly url: string, readonly endpoint: Endpoint }> {
    for (const targets of this.#targets.values()) {
      for (const [url, { endpoints }] of targets) {
        for (const endpoint of endpoints) yield { url, endpoint }
      }
    }
  }

  /** The methods of all routes at the request's URL, seen or not, as a header value; `''` if there are none. */
  methodsAt (request: IncomingMessage): string {
    return serializeMethods(this.#application.supportedMethods.filter(method =>
      method !== 'OPTIONS' && !isForbiddenMethod(method) && this.hasRoute(method, request)))
  }

  /** Once every registration has loaded, each route's policy is final. */
  #settle (): void {
    for (const route of this.#routes) route.settle()
    const located = [...this.#targets.values()].flatMap(targets => [...targets])
      .map(([url, target]) => ({ url, target, segments: segmentsOf(url) }))
    for (const { url, target } of located) rejectAmbiguity(url, target)
    for (const a of located.filter(({ target }) => target.dynamic)) {
      for (const b of located) {
        if (a.target.peers.has(b.target) || !mayOverlap(a.segments, b.segments)) continue
        for (const { method } of b.target.endpoints) a.target.otherMethods.add(method)
        for (const { method } of a.target.endpoints) b.target.otherMethods.add(method)
      }
    }
  }
}

/** A preflight carries neither a version nor what other constraints look at: it cannot tell such routes apart. */
function rejectAmbiguity (url: string, target: Target): void {
  const endpoints = [...target.peers].flatMap(peer => peer.endpoints)
  for (const [index, a] of endpoints.entries()) {
    const b = endpoints.slice(index + 1).find(other =>
      other.method === a.method && String(other.host) === String(a.host) && other.route.policy !== a.route.policy)
    if (b === undefined) continue
    throw new CorsOptionsError([{
      code: 'AMBIGUOUS_ROUTE_POLICY',
      path: '',
      message: 'it has several routes with different CORS policies, told apart by a constraint that a preflight does not carry',
      hint: 'give these routes one policy, or URLs of their own'
    }], `route ${a.method} ${url}`)
  }
}

function notFound (_request: unknown, reply: { callNotFound: () => unknown }): void {
  reply.callNotFound()
}
