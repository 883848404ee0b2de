import './plugin/augmentation.js'

export { corsPlugin, corsPlugin as default } from './plugin/plugin.js'
export { CorsOptionsSchema } from './policy/options.js'
export { CorsOptionsError } from './policy/issue.js'
export { validateCorsOptions } from './policy/validate.js'
export type { CorsIssue, CorsIssueCode } from './policy/issue.js'
export type { CorsOptions, DangerousAllowance, OriginFunction, RouteCorsOptions } from './policy/options.js'
