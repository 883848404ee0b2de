/** Why a browser keeps a response from a page. */
export type Failure =
  /** `fetch()` throws before anything is sent. */
  | { readonly code: 'METHOD_FORBIDDEN', readonly method: string }
  /** #cors-check */
  | { readonly code: 'ALLOW_ORIGIN_MISSING' }
  | { readonly code: 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS' }
  | { readonly code: 'ALLOW_ORIGIN_MULTIPLE', readonly value: string }
  | { readonly code: 'ALLOW_ORIGIN_INVALID', readonly value: string }
  | { readonly code: 'ALLOW_ORIGIN_MISMATCH', readonly value: string }
  | { readonly code: 'ALLOW_CREDENTIALS_NOT_TRUE', readonly value: string }
  /** #cors-preflight-fetch */
  | { readonly code: 'PREFLIGHT_STATUS_NOT_OK', readonly status: number }
  | { readonly code: 'PREFLIGHT_REDIRECTED', readonly status: number }
  | { readonly code: 'ALLOW_METHODS_MALFORMED', readonly value: string }
  | { readonly code: 'ALLOW_HEADERS_MALFORMED', readonly value: string }
  | { readonly code: 'METHOD_NOT_ALLOWED', readonly method: string }
  /** All that are missing, lower-case and sorted; never empty. */
  | { readonly code: 'HEADER_NOT_ALLOWED', readonly headers: readonly string[] }
  /** #http-redirect-fetch */
  | { readonly code: 'REDIRECT_LOCATION_INVALID', readonly location: string }
  | { readonly code: 'REDIRECT_WITH_USERINFO', readonly location: string }
  | { readonly code: 'TOO_MANY_REDIRECTS' }

export type FailureCode = Failure['code']
