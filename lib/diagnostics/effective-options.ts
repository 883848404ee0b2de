import type { CheckedOptions } from '../policy/validate.js'

/** The effective options of a scope: every option with the value that counts. */
export type EffectiveOptions = Omit<CheckedOptions, 'origins'> & {
  /** `'*'`, `false`, the entries of the list, or the function. */
  readonly origin: '*' | false | ReadonlyArray<string | RegExp> | ((...args: never[]) => unknown)
}

/** Checked options as they could have been written. */
export function effectiveOptions ({ origins, ...options }: CheckedOptions): EffectiveOptions {
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
