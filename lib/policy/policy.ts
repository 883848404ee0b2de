import { SAFELISTED_REQUEST_HEADERS } from '../protocol/header-name.js'
import { serializeMethods } from '../protocol/method.js'
import { serializeVary } from '../protocol/vary.js'
import { CorsOptionsError, type CorsIssue } from './issue.js'
import type { Names } from './list-option.js'
import type { OriginPolicy } from './origin-option.js'
import { readOptions, type CheckedOptions } from './validate.js'

/** The headers that a response gets whatever it answers: computed once, only read by requests. */
export interface Outcome {
  /** `'*'`, the request's own origin, or none. */
  readonly allowOrigin: '*' | 'origin' | 'none'
  readonly allowCredentials: boolean
  readonly exposeHeaders: string | undefined
  /** The names that `Vary` must have. */
  readonly vary: string | undefined
  /** Whether the headers go to the Node response too. */
  readonly raw: boolean
}

/** What the two answers to an origin are: https://fetch.spec.whatwg.org/#http-cors-protocol */
export interface Outcomes {
  readonly granted: Outcome
  readonly refused: Outcome
}

/** The immutable, compiled form of a set of options. */
export interface Policy {
  /** What it was compiled from, for whoever has to read it. */
  readonly options: CheckedOptions
  readonly origins: OriginPolicy
  readonly actual: Outcomes
  readonly preflight: Outcomes
  /** `Access-Control-Allow-Methods`; `'*'`: the requested method, `undefined`: those of the routes at the URL. */
  readonly allowMethods: string | undefined
  /** `Access-Control-Allow-Headers`; `'*'`: the requested names. */
  readonly allowHeaders: string
  /** `Access-Control-Max-Age`, in seconds. */
  readonly maxAge: string | undefined
  readonly successStatus: number
  readonly cacheControl: string | undefined
  /** Who answers a preflight: this policy, the application, or the application with this policy's headers. */
  readonly answersPreflight: 'yes' | 'no' | 'continue'
  readonly hideOptionsRoute: boolean
  readonly logLevel: CheckedOptions['logLevel']
}

/**
 * Compiles options into a policy.
 *
 * @param where the place in the application that the options belong to, for the error's message
 * @throws CorsOptionsError with everything that is wrong
 */
export function compilePolicy (options: unknown, where?: string): Policy {
  const issues: CorsIssue[] = []
  const checked = readOptions(options, issue => { issues.push(issue) })
  if (checked === undefined) throw new CorsOptionsError(issues, where)

  const { origins, allowedHeaders, methods, maxAge } = checked
  const vary = origins.kind === 'any' ? [] : ['Origin', ...checked.vary]
  const preflightVary = [...vary, 'Access-Control-Request-Method', ...(allowedHeaders === '*' ? ['Access-Control-Request-Headers'] : [])]
  return {
    options: checked,
    origins,
    actual: outcomes(checked, vary, checked.exposedHeaders),
    preflight: outcomes(checked, preflightVary, []),
    allowMethods: methods === undefined || methods === '*' ? methods : serializeMethods(methods),
    allowHeaders: allowedHeaders === '*' ? '*' : join([...SAFELISTED_REQUEST_HEADERS, ...allowedHeaders.map(name => name.toLowerCase())]),
    maxAge: maxAge === false ? undefined : String(maxAge),
    successStatus: checked.optionsSuccessStatus,
    cacheControl: checked.cacheControl,
    answersPreflight: !checked.preflight ? 'no' : checked.preflightContinue ? 'continue' : 'yes',
    hideOptionsRoute: checked.hideOptionsRoute,
    logLevel: checked.logLevel
  }
}

function outcomes ({ origins, credentials, rawHeaders }: CheckedOptions, vary: string[], exposed: Names): Outcomes {
  const refused: Outcome = {
    allowOrigin: 'none',
    allowCredentials: false,
    exposeHeaders: undefined,
    vary: serializeVary(vary),
    raw: rawHeaders
  }
  return {
    refused,
    granted: {
      ...refused,
      allowOrigin: origins.kind === 'any' ? '*' : 'origin',
      allowCredentials: credentials,
      exposeHeaders: exposed.length === 0 ? undefined : join(exposed)
    }
  }
}

function join (names: Names): string {
  return names === '*' ? '*' : [...new Set(names)].join(', ')
}
