import type { FastifyInstance } from 'fastify'
import type { CheckedOptions } from '../policy/validate.js'
import { explain, type ExplainRequest, type Explanation } from './explain.js'
import { PreflightRouter } from './preflight-router.js'
import { printPolicies } from './print.js'
import type { Scope } from './scope.js'

/** The effective options of a scope: every option with the value that counts. */
export type EffectiveOptions = Omit<CheckedOptions, 'origins'> & {
  /** `'*'`, `false`, the entries of the list, or the function. */
  readonly origin: '*' | false | ReadonlyArray<string | RegExp> | ((...args: never[]) => unknown)
}

/** `app.cors`: what the plugin can say about the scope that it is registered in. */
export interface Cors {
  /** The options that count in this scope, read-only. */
  readonly policy: EffectiveOptions
  /** The CORS of every route of the application that the plugin has seen, as a table. Complete once the application is ready. */
  print: () => string
  /** What a browser would do with a page's request, and why. Makes the application ready; runs no handler. */
  explain: (request: ExplainRequest) => Promise<Explanation>
}

export function corsDecorator (instance: FastifyInstance, scope: Scope): Cors {
  return Object.freeze({
    policy: effectiveOptions(scope),
    print: () => printPolicies(PreflightRouter.of(instance)),
    explain: async (request: ExplainRequest) => await explain(instance, request)
  })
}

function effectiveOptions ({ policy }: Scope): EffectiveOptions {
  const { origins, ...options } = policy.options
  return Object.freeze({ origin: originOf(origins), ...options })
}

function originOf (origins: CheckedOptions['origins']): EffectiveOptions['origin'] {
  switch (origins.kind) {
    case 'none': return false
    case 'any': return '*'
    case 'listed': return Object.freeze([...origins.entries])
    case 'decided': return origins.decide
  }
}
