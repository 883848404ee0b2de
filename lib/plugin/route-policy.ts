import type { FastifyInstance } from 'fastify'
import { CorsOptionsError, show } from '../policy/issue.js'
import { compilePolicy, type Policy } from '../policy/policy.js'
import { kScope } from './augmentation.js'
import type { Scope } from './scope.js'

/** Policies of overrides, so that the routes that share a scope and an options object share a policy. */
const compiled = new WeakMap<Scope, WeakMap<object, Policy>>()

/** The policy of one route: its own `config.cors` laid over its scope's options, or the scope's. */
export class RoutePolicy {
  readonly #instance: FastifyInstance
  readonly #override: unknown
  readonly #where: string
  #scope: Scope
  policy: Policy

  /**
   * @param override the route's `config.cors`
   * @param where the route, for the message of an error
   * @throws CorsOptionsError
   */
  constructor (instance: FastifyInstance, override: unknown, where: string) {
    this.#instance = instance
    this.#override = override
    this.#where = where
    this.#scope = instance[kScope] as Scope
    this.policy = this.#compile()
  }

  get scope (): Scope {
    return this.#scope
  }

  /** Whether the route has a policy of its own. */
  get overrides (): boolean {
    return this.#override !== undefined
  }

  /** A registration of the route's own scope may have loaded after the route was added: it is the one that counts. */
  settle (): void {
    const scope = this.#instance[kScope] as Scope
    if (scope !== this.#scope) {
      this.#scope = scope
      this.policy = this.#compile()
    }
    if (this.overrides) scope.readsRoutes = true
  }

  #compile (): Policy {
    const override = this.#override
    if (override === undefined) return this.#scope.policy
    if (override !== false && (typeof override !== 'object' || override === null)) {
      throw new CorsOptionsError([{
        code: 'INVALID_TYPE',
        path: '',
        message: `config.cors must be false or an object, but is ${show(override)}`,
        hint: 'write false for no CORS, or the options that differ from those of the scope'
      }], this.#where)
    }
    return override === false ? compilePolicy({ origin: false }) : this.#compileOptions(override)
  }

  #compileOptions (override: object): Policy {
    let policies = compiled.get(this.#scope)
    if (policies === undefined) compiled.set(this.#scope, policies = new WeakMap())
    let policy = policies.get(override)
    if (policy === undefined) {
      const defined = Object.entries(override).filter(([, value]) => value !== undefined)
      policy = compilePolicy({ ...this.#scope.options, ...Object.fromEntries(defined) }, this.#where)
      policies.set(override, policy)
    }
    return policy
  }
}
