import type { FastifyInstance } from 'fastify'
import { effectiveOptions, type EffectiveOptions } from '../diagnostics/effective-options.js'
import { explain, type ExplainRequest, type Explanation } from './explain.js'
import { printPolicies } from './print.js'
import type { Scope } from './scope.js'

export type { EffectiveOptions } from '../diagnostics/effective-options.js'

/** `app.cors`: what the plugin can say about the scope that it is registered in. */
export interface Cors {
  /** The options that count in this scope, read-only. */
  readonly policy: EffectiveOptions
  /** The CORS of every route of the application, as a table. Complete once the application is ready. */
  print: () => string
  /** What a browser would do with a page's request, and why. Makes the application ready; runs no route's handler but that of an OPTIONS route to which the policy leaves preflights. */
  explain: (request: ExplainRequest) => Promise<Explanation>
}

export function corsDecorator (instance: FastifyInstance, { policy }: Scope): Cors {
  return Object.freeze({
    policy: effectiveOptions(policy.options),
    print: () => printPolicies(instance),
    explain: async (request: ExplainRequest) => await explain(instance, request)
  })
}
