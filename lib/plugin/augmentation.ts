import type { FastifyRequest } from 'fastify'
import type { RouteCorsOptions } from '../policy/options.js'
import type { Cors } from './cors-decorator.js'
import type { RoutePolicy } from './route-policy.js'
import type { Scope } from './scope.js'
import type { Target, Unrouted } from './target.js'

/** On an instance: the registration whose policy counts for its routes. Children inherit it with the instance. */
export const kScope: unique symbol = Symbol('fastify-cors-policy.scope')
/** In a route's config: its policy. */
export const kRoutePolicy: unique symbol = Symbol('fastify-cors-policy.routePolicy')
/** In the config of the plugin's own routes: what they stand for. */
export const kStandsFor: unique symbol = Symbol('fastify-cors-policy.standsFor')

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * CORS of this route, for its actual requests and its preflight: `false` for none, or options that replace the
     * scope's options of the same name.
     */
    // `& object`: where Fastify infers the type of a config, TypeScript would let a string pass for options.
    cors?: false | (RouteCorsOptions & object)
    /** @internal */
    [kRoutePolicy]?: RoutePolicy
    /** @internal */
    [kStandsFor]?: Target | Unrouted
  }

  interface FastifyInstance {
    /** What the plugin can say about this scope: its policy, a table of all routes, and why a request is blocked. */
    cors: Cors
    /** @internal */
    [kScope]?: Scope
  }
}

declare module '../policy/options.js' {
  interface PolicyRequest extends FastifyRequest {}
}
